# A ring of four and one round of stealing: more would only repeat.
s/^#define RUNQ_SIZE 256$/#define RUNQ_SIZE 4/
s/STEAL_ROUNDS = 4 /STEAL_ROUNDS = 1 /
# The checker's wait ends with a write of others: waiting twice waits for two.
s/LONGEST = 64,/LONGEST = 1,/
# Room for two samples of a frame, so that the ring wraps.
s/SAMPLES_WORDS = 1 << 17,/SAMPLES_WORDS = 8,/
s/SAMPLE_DEPTH = 64 + 32/SAMPLE_DEPTH = 1/
