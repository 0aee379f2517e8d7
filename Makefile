# SPDX-License-Identifier: GPL-2.0
# The commands that people type; `make help` lists them.

# `make demo SHELL=1` asks for a prompt.  SHELL is also make's own variable:
# keep it a shell, and keep the command line's away from the makes below us.
LAB_SHELL := $(if $(filter command line,$(origin SHELL)),$(SHELL))
override SHELL := /bin/sh
ifneq ($(LAB_SHELL),)
MAKEOVERRIDES :=
endif

# The running kernel's build directory, or else the newest one installed.
KDIR ?= $(firstword $(wildcard /lib/modules/$(shell uname -r)/build) \
	$(shell ls -d /lib/modules/*/build 2>/dev/null | sort -rV) \
	/lib/modules/$(shell uname -r)/build)
LAB := tools/pvcalls-test/run

all: modules tools

modules:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

modules_install:
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_DIR=updates modules_install

# The admin's command needs libxen-dev, and is of no use in a guest: without
# these headers it is left out, and that is said.
XENSTORE := $(shell $(CC) -E -include xenstore.h -x c /dev/null >/dev/null 2>&1 && echo yes)

tools:
	$(MAKE) -C tools/pvcalls-run
ifeq ($(XENSTORE),yes)
	$(MAKE) -C tools/pvcallsctl
else
	@echo 'pvcallsctl is left out: it needs xenstore.h (apt-get install libxen-dev)'
endif

install: modules_install
	$(MAKE) -C tools/pvcalls-run install
ifeq ($(XENSTORE),yes)
	$(MAKE) -C tools/pvcallsctl install
endif

demo:
	LAB_SHELL=$(LAB_SHELL) $(LAB) demo

check check-full lint unit kunit smoke interop driver e2e hostile \
hostile-front hostile-intree soak matrix:
	$(LAB) $@

# SECONDS is also bash's own: hand it on by another name.
fuzz:
	FUZZ_SECONDS=$(if $(filter command line,$(origin SECONDS)),$(SECONDS),$(FUZZ_SECONDS)) \
		$(LAB) fuzz

clean:
	if [ -d "$(KDIR)" ]; then $(MAKE) -C $(KDIR) M=$(CURDIR) clean; fi
	$(MAKE) -C tools/pvcalls-run clean
	$(MAKE) -C tools/pvcallsctl clean
	$(LAB) clean

distclean: clean
	$(LAB) distclean

help:
	@echo 'make                the modules for KDIR, pvcalls-run, pvcallsctl'
	@echo 'make install        all of them, installed'
	@echo 'make demo           Xen, dom0 and a guest in QEMU: see it work (root)'
	@echo 'make demo SHELL=1   the same, ending at the prompt of the guest'
	@echo 'make check          all kinds of tests, the short way (root)'
	@echo 'make check-full     all of it at length, on all kernels: hours (root)'
	@echo 'make lint           static checks'
	@echo 'make unit           unit tests in user space'
	@echo 'make kunit          KUnit suites in a kernel with KASAN (root)'
	@echo 'make smoke          end-to-end tests under Xen (root)'
	@echo 'make e2e            what the backend offers, under Xen (root)'
	@echo 'make driver         the backend in a driver domain (root)'
	@echo 'make hostile        our backend against a hostile frontend (root)'
	@echo 'make hostile-front  our frontend against a hostile backend (root)'
	@echo 'make hostile-intree what a hostile frontend does to the in-tree backend (root)'
	@echo 'make interop        our modules against other implementations (root)'
	@echo 'make soak           many guests, many sockets, half an hour (root)'
	@echo 'make matrix         smoke with other kernels, Xens, guest types (root)'
	@echo 'make fuzz SECONDS=n fuzz the pure files, n seconds each'
	@echo 'make clean          remove what was built and the logs'
	@echo 'make distclean      remove the cache of the lab too'
	@echo
	@echo 'KDIR=$(KDIR)'

.PHONY: all modules modules_install tools install demo check check-full lint \
	unit kunit smoke interop driver e2e hostile hostile-front \
	hostile-intree soak matrix fuzz clean distclean help
