/*
 * stack.h - stacks of goroutines, and Gs: their memory, and whose an address is.
 */
#ifndef GORO_STACK_H
#define GORO_STACK_H

#include "sched/types.h"

int goro__stack_class(size_t bytes);
/* Bytes that the frames of each class may use. */
extern const size_t goro__stack_sizes[GORO_STACK_CLASSES]
	__attribute__((visibility("hidden")));
static inline size_t goro__stack_size(int size_class)
{
	return goro__stack_sizes[size_class];
}
/*
 * Returns a G never used before; NULL without memory for it and a stack.  Then
 * pushes others on more until that has most, so that the caller locks less often.
 */
struct g *goro__new_g(int size_class, struct glist *more, uint32_t most);
/* Returns a stack never used before; NULL without memory. */
struct stack *goro__new_stack(int size_class);
/* Gives the memory of s back, but for the page of its struct stack. */
void goro__stack_release(struct stack *s);
/* True if at is in a goroutine's stack, used or free, or in its guard. */
bool goro__is_stack(const char *at);
/* True if at is in a guard; *owner is the G of that stack, or NULL. */
bool goro__is_guard(const char *at, struct g **owner);
/* Calls fn for every G ever made, dead ones too. */
void goro__each_g(void (*fn)(struct g *g, void *arg), void *arg);
/* Calls fn for each part of memory that holds stacks, Gs, or where they are. */
void goro__each_slab(void (*fn)(uintptr_t lo, uintptr_t hi, void *arg),
		     void *arg);
/* Returns the G that at points into, or into whose stack; NULL: none. */
struct g *goro__g_at(uintptr_t at);
/* Where a debugger finds every G ever made: layout.c. */
struct slab_layout {
	const void *classes; /* GORO_STACK_CLASSES of them */
	uint64_t classes_n, class_size, nslabs, slab, slab_size, gs, made;
};
extern const struct slab_layout goro__slab_layout
	__attribute__((visibility("hidden")));
uint64_t goro__stack_bytes(void);
void goro__stack_init(size_t default_bytes);
extern int goro__default_class;

#endif
