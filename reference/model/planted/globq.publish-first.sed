# A thief sees the goroutine before its link is read.
# file: sched/globq.c
/^	while (--n > 0 && (g = glist_pop(&q->list)) != NULL) {$/,/^	}$/{
s/(g = glist_pop(&q->list)) != NULL/(g = q->list.head) != NULL/
s/^		if (!runq_push(ring, g)) {$/		if (runq_push(ring, g)) {\n			glist_pop(\&q->list);\n		} else {/
s/^			glist_push_front(&q->list, g);$//
}
