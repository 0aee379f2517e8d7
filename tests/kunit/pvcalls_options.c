// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pure file once more, for its suite: kbuild wants an object of its own
 * for every module.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "pvcalls-back/options.c"
