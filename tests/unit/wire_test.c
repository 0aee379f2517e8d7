// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wire header in a program: its static assertions hold if this compiles,
 * and what they can not say is checked here.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <kunit/test.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <xen/interface/io/pvcalls.h>

#define PAGE_BYTES		4096u

static void request_slots_of_a_page(struct kunit *test)
{
	size_t room = PAGE_BYTES - offsetof(struct xen_pvcalls_sring, ring);
	size_t slot = sizeof(union xen_pvcalls_sring_entry);

	/* Rings have a power of two of slots: 32 of the 63 that fit. */
	KUNIT_EXPECT_GE(test, room / slot, 32u);
	KUNIT_EXPECT_LT(test, room / slot, 64u);
}

static void request_slots_of_more_pages(struct kunit *test)
{
	size_t slot = sizeof(union xen_pvcalls_sring_entry);
	unsigned int order;
	size_t room;

	KUNIT_EXPECT_EQ(test, PAGE_BYTES % slot, 0u);
	KUNIT_EXPECT_EQ(test, offsetof(struct xen_pvcalls_sring, ring) % slot,
			0u);
	for (order = 0; order <= PVCALLS_MAX_RING_PAGE_ORDER; order++) {
		room = (PAGE_BYTES << order) -
		       offsetof(struct xen_pvcalls_sring, ring);
		KUNIT_EXPECT_GE(test, room / slot, PVCALLS_RING_SLOTS(order));
		KUNIT_EXPECT_LT(test, room / slot,
				2 * PVCALLS_RING_SLOTS(order));
	}
}

static void intf_references_fill_one_page(struct kunit *test)
{
	size_t room = PAGE_BYTES - offsetof(struct pvcalls_data_intf, ref);
	size_t most = room / sizeof(u32);

	KUNIT_EXPECT_LE(test, 1ul << PVCALLS_MAX_RING_ORDER, most);
	KUNIT_EXPECT_GT(test, 2ul << PVCALLS_MAX_RING_ORDER, most);
}

static void address_has_room_for_inet6(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sizeof(struct sockaddr_in6),
			(size_t)PVCALLS_ADDR_SIZE);
	KUNIT_EXPECT_LE(test, sizeof(struct sockaddr_in),
			(size_t)PVCALLS_ADDR_SIZE);
}

static void constants_are_those_of_linux(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, PVCALLS_AF_INET, AF_INET);
	KUNIT_EXPECT_EQ(test, PVCALLS_AF_INET6, AF_INET6);
	KUNIT_EXPECT_EQ(test, PVCALLS_SOCK_STREAM, (int)SOCK_STREAM);
}

static void commands_of_extensions_are_apart(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, PVCALLS_NR_V1_CMDS, PVCALLS_POLL + 1);
	KUNIT_EXPECT_GE(test, PVCALLS_GETNAME, 128);
}

static struct kunit_case wire_cases[] = {
	KUNIT_CASE(request_slots_of_a_page),
	KUNIT_CASE(request_slots_of_more_pages),
	KUNIT_CASE(intf_references_fill_one_page),
	KUNIT_CASE(address_has_room_for_inet6),
	KUNIT_CASE(constants_are_those_of_linux),
	KUNIT_CASE(commands_of_extensions_are_apart),
	{}
};

static struct kunit_suite wire_suite = {
	.name		= "wire",
	.test_cases	= wire_cases,
};

kunit_test_suite(wire_suite);
