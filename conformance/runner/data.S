/*
 * The registry's files, inside the runner so that it needs no path to them.  The
 * build makes PROFILES and SUITE_DIGEST.
 */
#ifndef BEHAVIOURS
#define BEHAVIOURS "conformance/behaviours.tsv"
#define UNCOVERED "conformance/uncovered.tsv"
#define KILLS "conformance/mutants/kills.tsv"
#endif
#ifndef VERSION
#define VERSION "conformance/version"
#endif
	.section .rodata
	.globl behaviours_tsv, behaviours_tsv_end
	.globl uncovered_tsv, uncovered_tsv_end
	.globl kills_tsv, kills_tsv_end
	.globl profiles_tsv, suite_digest, suite_version
behaviours_tsv:
	.incbin BEHAVIOURS
behaviours_tsv_end:
	.byte 0
uncovered_tsv:
	.incbin UNCOVERED
uncovered_tsv_end:
	.byte 0
kills_tsv:
	.incbin KILLS
kills_tsv_end:
	.byte 0
profiles_tsv:
	.incbin PROFILES
	.byte 0
suite_digest:
	.incbin SUITE_DIGEST
	.byte 0
suite_version:
	.incbin VERSION
	.byte 0
	.section .note.GNU-stack, "", %progbits
