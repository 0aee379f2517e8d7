// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pure file needs nothing of what engine.c puts in its place, and stays
 * apart: its callers would take it in, and its branches would count twice.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "pvcalls-back/options.c"
