# Who stops looking does not look a second time.
# file: sched/idle.c
/^bool goro__search_again/,/^}/s/return recheck(m, was_spinning);/return false \&\& recheck(m, was_spinning);/
