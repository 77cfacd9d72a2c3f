# A ring of four and one round of stealing: more would only repeat.
s/^#define RUNQ_SIZE 256$/#define RUNQ_SIZE 4/
s/STEAL_ROUNDS = 4,/STEAL_ROUNDS = 1,/
