// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of a guest's sockets: pvcalls-back/DEVICE/sockets in debugfs, one
 * line for each: in the order of their numbers, and behind them, in the order
 * of their ends, those that the guest has released while bytes of it were left.
 *
 * A reader holds a reference on the one socket that it shows, and looks at
 * the copy that its work has left (seen.h): it waits for nobody, and nobody
 * waits for it longer than a copy takes.  Removing the file waits until
 * nobody reads, so the guest is there while they do.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/debugfs.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "guest.h"
#include "main.h"
#include "socket.h"

/**
 * struct pvback_debugfs_cursor - where a reader is
 * @guest: in whose table
 * @lingering: behind the sockets that have numbers
 * @next: not below the number of the socket that comes next, or its serial
 */
struct pvback_debugfs_cursor {
	struct pvback_guest *guest;
	bool lingering;
	unsigned long next;
};

static struct dentry *pvback_debugfs_root;

static const char * const pvback_debugfs_states[] = {
	[PVBACK_CREATED]	= "created",
	[PVBACK_CONNECTING]	= "connecting",
	[PVBACK_CONNECTED]	= "connected",
	[PVBACK_BROKEN]		= "broken",
	[PVBACK_LISTENING]	= "listening",
	[PVBACK_PARKED]		= "parked",
	[PVBACK_LINGERING]	= "lingering",
	[PVBACK_CLOSED]		= "closed",
};

/* The first socket from the cursor on, with a reference; the cursor is at it. */
static struct pvback_socket *
pvback_debugfs_find(struct pvback_debugfs_cursor *cursor)
{
	struct xarray *sockets = &cursor->guest->sockets;
	struct pvback_socket *socket;

	if (cursor->lingering)
		return pvback_linger_find(cursor->guest, &cursor->next);
	xa_lock(sockets);
	socket = xa_find(sockets, &cursor->next, ULONG_MAX, XA_PRESENT);
	if (socket)
		pvback_socket_get(socket);
	xa_unlock(sockets);
	if (socket)
		return socket;
	cursor->lingering = true;
	cursor->next = 0;
	return pvback_linger_find(cursor->guest, &cursor->next);
}

/*
 * Every position but the first, which is the heading, is the cursor's.  One
 * that went meanwhile is left out.
 */
static void *pvback_debugfs_start(struct seq_file *file, loff_t *pos)
{
	struct pvback_debugfs_cursor *cursor = file->private;

	if (*pos)
		return pvback_debugfs_find(cursor);
	cursor->next = 0;
	cursor->lingering = false;
	return SEQ_START_TOKEN;
}

static void pvback_debugfs_stop(struct seq_file *file, void *entry)
{
	if (entry && entry != SEQ_START_TOKEN)
		pvback_socket_put(entry);
}

static void *pvback_debugfs_next(struct seq_file *file, void *entry,
				 loff_t *pos)
{
	struct pvback_debugfs_cursor *cursor = file->private;

	++*pos;
	if (entry != SEQ_START_TOKEN) {
		pvback_socket_put(entry);
		/* Behind the highest number there is. */
		if (!++cursor->next)
			cursor->lingering = true;
	}
	return pvback_debugfs_find(cursor);
}

static void pvback_debugfs_addr(struct seq_file *file,
				const union pvback_seen_addr *addr)
{
	if (addr->sa.sa_family)
		seq_printf(file, " %pISpc", addr);
	else
		seq_puts(file, " -");
}

static int pvback_debugfs_show(struct seq_file *file, void *entry)
{
	struct pvback_socket *socket = entry;
	struct pvback_seen seen;

	if (entry == SEQ_START_TOKEN) {
		seq_puts(file,
			 "id state local remote order in_prod in_cons out_prod out_cons in_queued out_queued bytes_in bytes_out notified spared error\n");
		return 0;
	}
	pvback_seen_copy(socket, &seen);
	seq_printf(file, "%#llx %s", socket->id,
		   pvback_debugfs_states[seen.state]);
	pvback_debugfs_addr(file, &seen.local);
	pvback_debugfs_addr(file, &seen.remote);
	if (seen.pages)
		seq_printf(file, " %u", ilog2(seen.pages));
	else
		seq_puts(file, " -");
	seq_printf(file, " %u %u %u %u %u %u", seen.in_prod, seen.in_cons,
		   seen.out_prod, seen.out_cons, seen.in_prod - seen.in_cons,
		   seen.out_prod - seen.out_cons);
	seq_printf(file, " %llu %llu %llu %llu %d\n", seen.tally.bytes_in,
		   seen.tally.bytes_out, seen.tally.notified,
		   seen.tally.spared, seen.tally.error);
	return 0;
}

static const struct seq_operations pvback_debugfs_ops = {
	.start	= pvback_debugfs_start,
	.next	= pvback_debugfs_next,
	.stop	= pvback_debugfs_stop,
	.show	= pvback_debugfs_show,
};

static int pvback_debugfs_open(struct inode *inode, struct file *file)
{
	struct pvback_debugfs_cursor *cursor;

	cursor = __seq_open_private(file, &pvback_debugfs_ops,
				    sizeof(*cursor));
	if (!cursor)
		return -ENOMEM;
	cursor->guest = inode->i_private;
	return 0;
}

static const struct file_operations pvback_debugfs_fops = {
	.owner		= THIS_MODULE,
	.open		= pvback_debugfs_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= seq_release_private,
};

/**
 * pvback_debugfs_add - show the sockets of a guest
 * @guest: of a device
 *
 * Without debugfs, or memory, there is no table; nothing else is amiss.
 *
 * Context: probe.
 */
void pvback_debugfs_add(struct pvback_guest *guest)
{
	guest->debugfs = debugfs_create_dir(dev_name(&guest->dev->dev),
					    pvback_debugfs_root);
	debugfs_create_file("sockets", 0400, guest->debugfs, guest,
			    &pvback_debugfs_fops);
}

/**
 * pvback_debugfs_remove - undo pvback_debugfs_add()
 * @guest: with its table or without
 *
 * Context: probe and remove; waits for readers.
 */
void pvback_debugfs_remove(struct pvback_guest *guest)
{
	debugfs_remove(guest->debugfs);
}

/**
 * pvback_debugfs_init - the directory of all devices
 *
 * Context: module init.
 */
void pvback_debugfs_init(void)
{
	pvback_debugfs_root = debugfs_create_dir("pvcalls-back", NULL);
}

/**
 * pvback_debugfs_exit - undo pvback_debugfs_init()
 *
 * Context: module exit; no device is left.
 */
void pvback_debugfs_exit(void)
{
	debugfs_remove(pvback_debugfs_root);
}
