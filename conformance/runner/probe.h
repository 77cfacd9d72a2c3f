/*
 * probe.h - asks a runtime what it has, in a child, since loading it may
 * crash, hang or answer nonsense.
 */
#ifndef ASSAY_PROBE_H
#define ASSAY_PROBE_H

struct runtime;

/* Fills the lower part of *r; dies with one line that says what is wrong. */
void probe(struct runtime *r);

#endif
