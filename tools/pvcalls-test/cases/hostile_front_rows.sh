# shellcheck shell=bash disable=SC2034 # for hostile_front.sh
# SPDX-License-Identifier: GPL-2.0
# The rows of hostile_front.sh; rogue-back list says what each case does.

# Cases that our frontend does not pass yet, and why.  They run, and must fail.
EXPECTED_FAILURES=()

# An honest connection in slot 0 comes first.
HONEST='connect:7 echo:100'

# A backend that breaks the protocol of the command ring loses the device, and
# everybody hears of it.
breaks()
{
	row "$1" lost \
		"$HONEST bg:recv:10 use:1 connect:1007 use:0 join poll recv:10 send:1" \
		"0 100 ENETDOWN ECONNRESET IN|OUT|HUP|RDHUP 0 EPIPE" \
		"broke the protocol"
}

breaks rsp-prod-overflow
breaks rsp-prod-backwards
breaks rsp-prod-far
breaks rsp-prod-stale
breaks req-id-zero
breaks req-id-all-ones
breaks req-id-range
breaks req-id-idle
breaks req-id-generation
breaks cmd-mismatch
breaks cmd-unknown
breaks id-mismatch
breaks id-pointer

# The first answer counts, the second one is one too many.
row answer-twice lost \
	"$HONEST use:1 connect:1007 till:EPIPE:send:1 use:0 recv:10" \
	"0 100 0 EPIPE ECONNRESET" "broke the protocol"
row after-release lost "$HONEST use:1 connect:1007 echo:10 close use:0 recv:10" \
	"0 100 0 10 0 ECONNRESET" "broke the protocol"
row release-twice lost "$HONEST use:1 connect:1007 echo:10 close use:0 recv:10" \
	"0 100 0 10 0 ECONNRESET" "broke the protocol"

row ret kept \
	"$HONEST use:1 connect:1000 connect:1001 connect:1002 connect:1003 connect:1004 connect:1005 connect:1006 connect:1007 connect:1008 connect:1009 connect:1010 connect:1011 connect:1012 bind:2000 bind:2001 bind:2002 bind:2005 bind:2006 bind:2008 bind:2010 bind:3000 listen bind:3002 listen bind:3006 listen bind:4000 listen accept bind:4002 listen accept bind:4010 listen accept use:0 echo:5000" \
	"0 100 EIO EIO EIO EIO EIO EIO EIO EIO EIO EIO EOPNOTSUPP EIO ECONNREFUSED EIO EIO EIO EIO EIO EIO EOPNOTSUPP 0 EIO 0 EIO 0 EIO 0 0 EIO 0 0 EIO 0 0 EOPNOTSUPP 5000"

row silence kept \
	"$HONEST use:1 intr:connect:1007 close kill:connect:1007 use:0 echo:5000 use:1 connect:7 echo:10" \
	"0 100 EINTR 0 killed 5000 0 10"
row silence-all mute \
	"$HONEST use:1 kill:connect:1007 intr:connect:1007 close kill:bind:900 use:0 echo:5000" \
	"0 100 killed EINTR 0 killed 5000"
row silence-release kept \
	"$HONEST use:1 connect:1007 echo:10 close use:0 echo:5000" \
	"0 100 0 10 0 5000"
row late kept \
	"$HONEST use:1 intr:connect:1007 close use:0 echo:5000 use:1 connect:7 echo:10" \
	"0 100 EINTR 0 5000 0 10"
row own-words kept "$HONEST use:1 connect:1007 echo:5000 use:0 echo:5000" \
	"0 100 0 5000 5000"

# A data ring that makes no sense costs its connection, and no other.
bad_in()
{
	row "$1" kept \
		"$HONEST use:1 connect:1009 send:1 recv:10 recv:10 send:1 poll use:0 echo:5000" \
		"0 100 0 1 EIO EIO EPIPE IN|OUT|HUP|RDHUP 5000" \
		"index out of range"
}

bad_out()
{
	row "$1" kept \
		"$HONEST use:1 connect:1009 send:1 till:EIO:send:1 send:1 recv:10 poll use:0 echo:5000" \
		"0 100 0 1 EIO EPIPE EIO IN|OUT|HUP|RDHUP 5000" \
		"index out of range"
}

bad_in in-prod-overflow
bad_in in-prod-one-more
bad_in in-prod-backwards
bad_in in-prod-far
bad_out out-cons-ahead
bad_out out-cons-backwards
bad_out out-cons-far

row own-indexes kept \
	"$HONEST use:1 connect:1007 echo:1 echo:5000 echo:30000 use:0 echo:5000" \
	"0 100 0 1 5000 30000 5000"

in_error()
{
	row "$1" kept \
		"$HONEST use:1 connect:1009 send:1 bg:wait recv:10 join recv:10 send:1 use:0 echo:5000" \
		"0 100 0 1 EIO IN|*HUP* 0 EPIPE 5000"
}

out_error()
{
	row "$1" kept \
		"$HONEST use:1 connect:1009 send:1 till:$2:send:1 send:1 use:0 echo:5000" \
		"0 100 0 1 $2 EPIPE 5000"
}

in_error in-error-positive
in_error in-error-least
in_error in-error-again
in_error in-error-restart
out_error out-error-positive EIO
out_error out-error-least EIO
out_error out-error-again EIO
out_error out-error-reset ECONNRESET

row in-error-end kept \
	"$HONEST use:1 connect:1009 send:1 recv:10 recv:10 poll send:1 use:0 echo:5000" \
	"0 100 0 1 0 0 IN|OUT|RDHUP 1 5000"
row data-then-reset kept \
	"$HONEST use:1 connect:1009 send:1 all:1000 recv:10 recv:10 send:1 use:0 echo:5000" \
	"0 100 0 1 1000 ECONNRESET 0 EPIPE 5000"
row data-then-garbage kept \
	"$HONEST use:1 connect:1009 send:1 all:1000 recv:10 recv:10 send:1 use:0 echo:5000" \
	"0 100 0 1 1000 EIO 0 EPIPE 5000"
row flap kept \
	"$HONEST use:1 connect:1009 send:1 sleep:1000 fill fill poll use:0 echo:5000" \
	"0 100 0 1 * 5000"
row wander kept \
	"$HONEST use:1 connect:1007 send:1 sleep:1000 fill recv:10 recv:10 poll use:0 echo:5000" \
	"0 100 0 1 * 5000" "index out of range"
row storm kept \
	"$HONEST use:1 connect:1007 echo:1 echo:5000 sleep:1000 use:0 echo:60000 use:1 echo:60000 close use:0 echo:5000" \
	"0 100 0 1 5000 60000 60000 0 5000"
row keep kept \
	"$HONEST use:1 connect:1009 send:10 close connect:1009 send:10 close sleep:500 memory:200 use:0 echo:5000" \
	"0 100 0 10 0 0 10 0 same 5000" "the peer keeps 17 of 17 pages mapped"

# Callers that are blocked, one of each kind, when the backend goes away: two
# readers, a writer, an accept and a poll of its listener.
BLOCKED="$HONEST bg:recv:10 bg:wait use:1 connect:21 bg:send:1000000 use:2 bind:800 listen accept use:2 bg:accept bg:wait use:5 connect:1009"
BLOCKED_SAY='0 100 0 0 0 0 0'
WOKEN='ECONNRESET,IN|*HUP*,32768,ENETDOWN,IN|ERR|HUP'

# It is closed: everybody wakes.
goes()
{
	row "$1" "${2:-lost}" "$BLOCKED sleep:300 send:1 join use:0 poll recv:10 use:2 poll use:6 connect:7" \
		"$BLOCKED_SAY 1 $WOKEN IN|OUT|HUP|RDHUP 0 IN|*HUP* ENETUNREACH"
}

# Nobody can know that it is gone: calls can be interrupted and killed until
# another backend is there.
hangs()
{
	row "$1" wake "$BLOCKED sleep:300 send:1 use:0 intr:recv:10 kill:recv:10 intr:wait mark join" \
		"$BLOCKED_SAY 1 EINTR killed EINTR $WOKEN"
}

goes closing
goes closed
goes vanish
goes jump-unknown
goes jump-initialising
goes jump-init-wait again
goes jump-initialised
goes jump-garbage
goes jump-empty
hangs jump-reconfiguring
hangs jump-99
hangs crash
hangs deaf

# Backends that can not be worked with.
refuses()
{
	row "$1" refused "connect:7" "ENETUNREACH" "$2"
}

SUITS='backend does not suit|xenbus: failed to write|domain [0-9]+ offers'
refuses versions-empty "$SUITS"
refuses versions-2 "$SUITS"
refuses versions-garbage "$SUITS"
refuses versions-long "$SUITS"
refuses versions-missing "$SUITS"
refuses order-0 "$SUITS"
refuses order-negative "$SUITS"
refuses order-garbage "$SUITS"
refuses order-missing "$SUITS"
refuses calls-0 "$SUITS"
refuses calls-2 "$SUITS"
refuses calls-garbage "$SUITS"
refuses calls-missing "$SUITS"
refuses closing-early ""
refuses closed-early ""

suits()
{
	row "$1" kept "$HONEST use:1 connect:7 echo:8000 use:0 echo:8000" \
		"0 100 0 8000 8000"
}

suits versions-list
suits order-1
suits order-31
suits order-huge
suits early-connected

# Everything together, over and over; replay with HOSTILE_SEED.
CHURN["random"]=1
row random any "churn:20:$HOSTILE_SEED" "done" \
	"broke the protocol|index out of range"
