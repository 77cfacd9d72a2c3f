# The wake-up is left out for a goroutine that stands behind another, too.
# file: sched/switch.h
s/goro__wake_now();/goro__wakep();/
