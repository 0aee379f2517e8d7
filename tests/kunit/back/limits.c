// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pure file once more, for the engine: an object of its own, since what
 * the compiler would inline into the engine counts as other branches.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "pvcalls-back/limits.c"
