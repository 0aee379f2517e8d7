// SPDX-License-Identifier: GPL-2.0-only
/*
 * The backend's tracepoints, once more.  Apart from engine.c: whatever reads
 * trace.h behind their definition would define them again.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include "pvcalls-back/trace.c"
