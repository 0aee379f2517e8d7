// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the commands that dom0 leaves in a guest's part of xenstore:
 *
 *	data/next		number of the newest job (dom0 writes)
 *	data/job/N/cmd		the command, for sh (dom0 writes)
 *	data/job/N/end		its status, a line, then the end of its output
 *				(we write)
 *
 * Each job is a process group of its own, whose number is in /run/jobs/N.pid:
 * a stuck command does not stop the next one.  This is no script because one
 * would run ten processes for each job, which take their time where a processor
 * is emulated.
 *
 * Copyright (C) 2026 the xen-pvcalls developers
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bus.h"

#define JOBS_DIR	"/run/jobs"
#define JOBS_MOST	64
/* A node of xenstore holds 2048 bytes. */
#define OUTPUT_MOST	1900

static struct {
	pid_t pid;
	unsigned int number;
} jobs[JOBS_MOST];

/* A failure that nobody can be told of but who reads the console. */
static void complain(const char *what, unsigned int number)
{
	printf("agent: job %u: %s: %s\n", number, what, strerror(errno));
}

static char *job_node(char *node, size_t size, unsigned int number,
		      const char *name)
{
	snprintf(node, size, "data/job/%u/%s", number, name);
	return node;
}

static char *job_file(char *path, size_t size, unsigned int number,
		      const char *name)
{
	snprintf(path, size, JOBS_DIR "/%u.%s", number, name);
	return path;
}

/* Numbers in files, which outlive this process. */
static void file_put(const char *path, unsigned int number)
{
	FILE *file = fopen(path, "w");

	if (!file || fprintf(file, "%u\n", number) < 0 || fclose(file))
		complain(path, number);
}

static unsigned int file_get(const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned int number = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%u", &number) != 1)
		number = 0;
	fclose(file);
	return number;
}

/* What the command's output ends with, behind the @used bytes of @text. */
static size_t output_end(unsigned int number, char *text, size_t used)
{
	char path[64];
	int fd = open(job_file(path, sizeof(path), number, "out"), O_RDONLY);
	ssize_t ret;
	off_t size;

	if (fd < 0)
		return used;
	size = lseek(fd, 0, SEEK_END);
	if (size > OUTPUT_MOST)
		lseek(fd, size - OUTPUT_MOST, SEEK_SET);
	else
		lseek(fd, 0, SEEK_SET);
	while (used < OUTPUT_MOST + 16) {
		ret = read(fd, text + used, OUTPUT_MOST + 16 - used);
		if (ret <= 0)
			break;
		used += ret;
	}
	close(fd);
	return used;
}

static void job_ended(unsigned int number, int status)
{
	char text[OUTPUT_MOST + 16], node[64];
	size_t used;

	used = snprintf(text, sizeof(text), "%d\n",
			WIFEXITED(status) ? WEXITSTATUS(status) :
			128 + WTERMSIG(status));
	used = output_end(number, text, used);
	if (!bus_write(job_node(node, sizeof(node), number, "end"), text, used))
		complain("its end", number);
}

/* In the job's process; returns only if there is no shell. */
static void job_become(unsigned int number, const char *command)
{
	char path[64];
	sigset_t none;
	int fd;

	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	fd = open("/dev/null", O_RDONLY);
	dup2(fd, 0);
	fd = open(job_file(path, sizeof(path), number, "out"),
		  O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
	dup2(fd, 1);
	dup2(fd, 2);
	closefrom(3);
	execl("/bin/sh", "sh", "-c", command, NULL);
	complain("no shell", number);
	_exit(127);
}

static void job_start(unsigned int number)
{
	char node[64], path[64], *command;
	unsigned int i;

	for (i = 0; i < JOBS_MOST && jobs[i].pid; i++)
		;
	command = bus_read(job_node(node, sizeof(node), number, "cmd"));
	if (!command || i == JOBS_MOST) {
		complain(command ? "there are too many" : "no command", number);
		free(command);
		return;
	}
	fflush(stdout);
	jobs[i].number = number;
	jobs[i].pid = fork();
	if (!jobs[i].pid)
		job_become(number, command);
	free(command);
	if (jobs[i].pid < 0) {
		complain("fork", number);
		jobs[i].pid = 0;
		return;
	}
	file_put(job_file(path, sizeof(path), number, "pid"), jobs[i].pid);
}

static void jobs_new(void)
{
	unsigned int last = file_get(JOBS_DIR "/last"), next;
	char *text = bus_read("data/next");

	if (!text)
		return;
	next = strtoul(text, NULL, 10);
	free(text);
	while (last < next) {
		last++;
		file_put(JOBS_DIR "/last", last);
		job_start(last);
	}
}

static void jobs_old(void)
{
	int i, status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (i = 0; i < JOBS_MOST; i++) {
			if (jobs[i].pid != pid)
				continue;
			jobs[i].pid = 0;
			job_ended(jobs[i].number, status);
		}
	}
}

static void child_ended(int signals)
{
	struct signalfd_siginfo info;

	while (read(signals, &info, sizeof(info)) == sizeof(info))
		;
	jobs_old();
}

int main(void)
{
	struct pollfd fds[2];
	sigset_t child;

	setvbuf(stdout, NULL, _IOLBF, 0);
	mkdir(JOBS_DIR, 0700);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	fds[0] = (struct pollfd) {
		.fd = signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC),
		.events = POLLIN,
	};
	fds[1] = (struct pollfd) { .fd = bus_open(), .events = POLLIN };
	if (fds[0].fd < 0 || fds[1].fd < 0 || !bus_watch("data/next") ||
	    !bus_write("data/ready", "1", 1)) {
		perror("agent");
		return 1;
	}
	do {
		if (fds[0].revents)
			child_ended(fds[0].fd);
		/*
		 * It fires when it is set, too, for what came before it.  An
		 * event may also come while a job is fetched: poll() would not
		 * see that one any more.
		 */
		while (bus_event())
			jobs_new();
	} while (poll(fds, 2, -1) > 0);
	perror("agent: poll");
	return 1;
}
