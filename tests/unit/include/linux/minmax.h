/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_MINMAX_H
#define _SHIM_LINUX_MINMAX_H

/* As the kernel does, refuse to compare two types. */
#define min(a, b) ({						\
	__auto_type _a = (a);					\
	__auto_type _b = (b);					\
	_Static_assert(__builtin_types_compatible_p(typeof(_a),	\
						    typeof(_b)),	\
		       "min() of two types");			\
	_a < _b ? _a : _b;					\
})

#define min_t(type, a, b)	min((type)(a), (type)(b))

#endif /* _SHIM_LINUX_MINMAX_H */
