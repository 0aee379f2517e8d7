// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracepoints themselves.  See trace.h.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#define CREATE_TRACE_POINTS
#include "trace.h"
