// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers of network namespaces, by rtnetlink.  See netns.h.
 *
 * A number is one of the namespace that this command runs in, which has to be
 * the backend's own.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netns.h"

/* Where ip-netns(8) keeps them. */
#define NETNS_DIR "/run/netns"

/* A message about one namespace, with room for the answer. */
struct netns_message {
	struct nlmsghdr head;
	struct rtgenmsg family;
	char attrs[512];
};

static void netns_put(struct netns_message *message, unsigned short type,
		      int32_t value)
{
	struct rtattr *attr = (void *)((char *)message +
				       NLMSG_ALIGN(message->head.nlmsg_len));

	attr->rta_type = type;
	attr->rta_len = RTA_LENGTH(sizeof(value));
	memcpy(RTA_DATA(attr), &value, sizeof(value));
	message->head.nlmsg_len = NLMSG_ALIGN(message->head.nlmsg_len) +
				  attr->rta_len;
}

static void netns_begin(struct netns_message *message, unsigned short type,
			unsigned short flags, int fd)
{
	memset(message, 0, sizeof(*message));
	message->head.nlmsg_len = NLMSG_LENGTH(sizeof(message->family));
	message->head.nlmsg_type = type;
	message->head.nlmsg_flags = NLM_F_REQUEST | flags;
	netns_put(message, NETNSA_FD, fd);
}

/* Sends the message and puts the answer in its place. */
static int netns_ask(struct netns_message *message)
{
	const struct nlmsgerr *error;
	ssize_t len;
	int fd;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	len = send(fd, message, message->head.nlmsg_len, 0);
	if (len >= 0)
		len = recv(fd, message, sizeof(*message), 0);
	if (len < 0)
		len = -errno;
	close(fd);
	if (len < 0)
		return len;
	if (!NLMSG_OK(&message->head, (size_t)len))
		return -EBADMSG;
	if (message->head.nlmsg_type != NLMSG_ERROR)
		return 0;
	error = NLMSG_DATA(&message->head);
	return error->error;
}

/**
 * netns_open - a namespace by its name
 * @name: of ip-netns(8)
 *
 * Return: a descriptor, or a negative error.
 */
int netns_open(const char *name)
{
	char path[512];
	int fd;

	if (!*name || strchr(name, '/') || !strcmp(name, ".") ||
	    !strcmp(name, ".."))
		return -EINVAL;
	if (snprintf(path, sizeof(path), NETNS_DIR "/%s", name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/**
 * netns_id - the number of a namespace
 * @fd: which
 *
 * Return: the number, -ENOENT if it has none, or another negative error.
 */
int netns_id(int fd)
{
	struct netns_message message;
	const struct rtattr *attr;
	unsigned int len;
	int32_t id;
	int ret;

	netns_begin(&message, RTM_GETNSID, 0, fd);
	ret = netns_ask(&message);
	if (ret)
		return ret;
	len = message.head.nlmsg_len -
	      NLMSG_SPACE(sizeof(struct rtgenmsg));
	attr = (void *)((char *)&message +
			NLMSG_SPACE(sizeof(struct rtgenmsg)));
	for (; RTA_OK(attr, len); attr = RTA_NEXT(attr, len)) {
		if (attr->rta_type != NETNSA_NSID)
			continue;
		memcpy(&id, RTA_DATA(attr), sizeof(id));
		return id < 0 ? -ENOENT : id;
	}
	return -ENOENT;
}

/**
 * netns_assign - give a namespace a number, if it has none
 * @fd: which
 *
 * Return: the number, or a negative error.
 */
int netns_assign(int fd)
{
	struct netns_message message;
	int ret = netns_id(fd);

	if (ret != -ENOENT)
		return ret;
	netns_begin(&message, RTM_NEWNSID, NLM_F_ACK, fd);
	/* Whichever is free. */
	netns_put(&message, NETNSA_NSID, NETNSA_NSID_NOT_ASSIGNED);
	ret = netns_ask(&message);
	return ret ? ret : netns_id(fd);
}

static bool netns_is(const char *name, int id)
{
	int fd = netns_open(name);
	bool same;

	if (fd < 0)
		return false;
	same = netns_id(fd) == id;
	close(fd);
	return same;
}

/**
 * netns_name - the name of the namespace with a number
 * @id: the number
 * @name: filled in
 * @size: of @name
 *
 * Return: @name, or NULL if none of those with a name has it.
 */
const char *netns_name(int id, char *name, size_t size)
{
	const char *found = NULL;
	struct dirent *entry;
	DIR *dir;

	dir = opendir(NETNS_DIR);
	if (!dir)
		return NULL;
	while (!found && (entry = readdir(dir))) {
		if (!netns_is(entry->d_name, id))
			continue;
		snprintf(name, size, "%s", entry->d_name);
		found = name;
	}
	closedir(dir);
	return found;
}
