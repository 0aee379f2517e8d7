// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bugs planted on purpose: does the kernel with checks see them, and does the
 * lab see that?  `insmod planted.ko what=NAME` commits one when it is loaded.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

static char *what = "";
module_param(what, charp, 0);
MODULE_PARM_DESC(what, "which bug to commit");

/* A size of its own, so that what is freed comes back at once. */
#define SIZE	1500

static void inversion(void)
{
	static DEFINE_MUTEX(a);
	static DEFINE_MUTEX(b);

	mutex_lock(&a);
	mutex_lock(&b);
	mutex_unlock(&b);
	mutex_unlock(&a);
	mutex_lock(&b);
	mutex_lock(&a);
	mutex_unlock(&a);
	mutex_unlock(&b);
}

static void atomic(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	msleep(20);
	spin_unlock(&lock);
}

static void leak(void)
{
	u8 *forgotten = kmalloc(SIZE, GFP_KERNEL);

	if (forgotten)
		memset(forgotten, 1, SIZE);
}

/* KASAN sees the write; SLUB's poison only when the object is used again. */
static void freed(void)
{
	u8 *object = kmalloc(SIZE, GFP_KERNEL);
	unsigned int i;

	if (!object)
		return;
	OPTIMIZER_HIDE_VAR(object);
	kfree(object);
	WRITE_ONCE(object[SIZE / 2], 1);
	for (i = 0; i < 64; i++)
		kfree(kmalloc(SIZE, GFP_KERNEL));
}

static void nothing(struct work_struct *work)
{
}

static void active(void)
{
	struct delayed_work *work = kmalloc(sizeof(*work), GFP_KERNEL);

	if (!work)
		return;
	INIT_DELAYED_WORK(work, nothing);
	schedule_delayed_work(work, 3600 * HZ);
	kfree(work);
}

/* What two threads add to without a lock. */
static unsigned long shared;

static int racer(void *unused)
{
	while (!kthread_should_stop()) {
		shared++;
		cond_resched();
	}
	return 0;
}

static void race(void)
{
	struct task_struct *racers[2];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(racers); i++)
		racers[i] = kthread_run(racer, NULL, "racer/%u", i);
	msleep(5000);
	for (i = 0; i < ARRAY_SIZE(racers); i++)
		if (!IS_ERR(racers[i]))
			kthread_stop(racers[i]);
}

static const struct {
	const char *name;
	void (*commit)(void);
} bugs[] = {
	{ "inversion", inversion },
	{ "atomic", atomic },
	{ "leak", leak },
	{ "active", active },
	{ "freed", freed },
	{ "race", race },
};

static int __init planted_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (strcmp(bugs[i].name, what))
			continue;
		bugs[i].commit();
		return 0;
	}
	return -EINVAL;
}
module_init(planted_init);

static void __exit planted_exit(void)
{
}
module_exit(planted_exit);

MODULE_DESCRIPTION("Bugs that the kernel has to notice");
MODULE_AUTHOR("the xen-pvcalls developers");
MODULE_LICENSE("GPL");
