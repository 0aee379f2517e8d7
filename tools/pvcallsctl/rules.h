/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Are these the rules of a policy, and if not, why not?
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#ifndef RULES_H
#define RULES_H

/**
 * struct rules_fault - what is wrong with a policy
 * @number: of the rule, from 1
 * @rule: where it begins
 * @len: its length in bytes
 * @why: a clause that fits behind "it is wrong:"
 */
struct rules_fault {
	unsigned int number;
	const char *rule;
	int len;
	const char *why;
};

int rules_check(const char *text, struct rules_fault *fault);

#endif /* RULES_H */
