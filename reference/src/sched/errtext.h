/*
 * errtext.h - the text of a goroutine's last error, for errors of which a
 * status says too little.  There is one for each kind of function.
 */
#ifndef GORO_ERRTEXT_H
#define GORO_ERRTEXT_H

enum errtext { ERRTEXT_NET, ERRTEXT_GROUP, ERRTEXT_RATE, ERRTEXT_KINDS };

/* Keeps a text for the caller; without memory the older one stays. */
__attribute__((format(printf, 2, 3))) void
goro__set_error_text(enum errtext kind, const char *fmt, ...);

/* Returns the last text of a kind, or "".  Valid until the next, or the end. */
const char *goro__error_text(enum errtext kind);

/* Frees the texts of the calling goroutine, which ends. */
void goro__drop_error_texts(void);

#endif
