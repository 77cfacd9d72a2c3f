/*
 * errtext.h - the text of a goroutine's last error, for errors that a status
 * says too little of.  There is one for each kind of function.
 */
#ifndef GORO_ERRTEXT_H
#define GORO_ERRTEXT_H

enum errtext { ERRTEXT_NET, ERRTEXT_GROUP, ERRTEXT_RATE, ERRTEXT_KINDS };

/* Keeps it for the calling goroutine; without memory the older one stays. */
__attribute__((format(printf, 2, 3))) void
goro__set_error_text(enum errtext kind, const char *fmt, ...);

/* Good until the next of the kind and the goroutine's end; "" if none. */
const char *goro__error_text(enum errtext kind);

/* The calling goroutine ends. */
void goro__drop_error_texts(void);

#endif
