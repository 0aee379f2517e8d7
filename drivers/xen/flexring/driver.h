/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Drivers on the xenbus whose module can be unloaded while it has devices.
 *
 * The bus takes a reference on the owner of a driver for every device, so
 * that such a module could never be unloaded.  No reference is needed, since
 * unregistering waits for every remove function; hence a driver registers
 * with no owner:
 *
 *	__xenbus_register_backend(&driver, NULL, KBUILD_MODNAME);
 *
 * and unregisters with flexring_driver_unregister().
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef _FLEXRING_DRIVER_H
#define _FLEXRING_DRIVER_H

struct xenbus_driver;

void flexring_driver_unregister(struct xenbus_driver *driver);

#endif /* _FLEXRING_DRIVER_H */
