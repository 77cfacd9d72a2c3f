package litmus;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One run of a program: its registers, where its goroutines are, how it ends.
 * A runtime adds objects of its own and starts the goroutines.
 */
public abstract class Round {
	private static final int BITS = 7, MASK = 127;
	private static final long OVER = 1L << 63; // no register changes any more

	public final Program p;
	public final AtomicIntegerArray pc; // -1: it has ended
	private final AtomicLong regs = new AtomicLong();
	private final AtomicInteger left;
	private long last; // what regs was at the end
	private String end;
	private int code;
	private volatile boolean ended; // last, end and code are set

	protected Round(Program p) {
		this.p = p;
		pc = new AtomicIntegerArray(p.goroutines.size());
		left = new AtomicInteger(p.goroutines.size());
	}

	/** Starts its goroutines, in some order. */
	protected abstract void start();

	/** True if nobody can go on. */
	protected abstract boolean quiet();

	/** Ends the goroutines that are left, after the outcome was taken. */
	protected abstract void cancel();

	public final long registers() {
		return regs.get();
	}

	public final boolean isOver() {
		return regs.get() < 0;
	}

	/** A number, and what a register holds of those read before. */
	public static int value(long regs, int number, int from) {
		return number + (from < 0 ? 0 : (int) (regs >> BITS * from) & MASK);
	}

	/** Writes values to registers, in pairs, all at one moment. */
	public final void write(int... pairs) {
		regs.updateAndGet(old -> {
			long now = old;
			for (int i = 0; i < pairs.length && old >= 0; i += 2)
				if (pairs[i] >= 0)
					now = now & ~((long) MASK << BITS * pairs[i])
						| (long) pairs[i + 1] << BITS * pairs[i];
			return now;
		});
	}

	/** Ends the round in that way, unless it is over. */
	public final void finish(String how, int panic) {
		long old = regs.getAndUpdate(r -> r | OVER);
		if (old < 0)
			return;
		last = old;
		end = how;
		code = panic;
		ended = true;
	}

	/** A goroutine has ended. */
	public final void leave(int number) {
		pc.set(number, -1);
		left.decrementAndGet();
	}

	final boolean done() {
		return isOver() || left.get() == 0;
	}

	final Map<String, Object> outcome() {
		finish("quiet", 0);
		while (!ended)
			Thread.onSpinWait();
		Map<String, Object> said = new LinkedHashMap<>(Map.of("end", end));
		List<Object> values = new ArrayList<>(), at = new ArrayList<>();
		for (int i = 0; i < p.registers; i++)
			values.add(value(last, 0, i));
		for (int i = 0; i < pc.length(); i++)
			at.add(pc.get(i));
		said.put("registers", values);
		if (end.equals("quiet"))
			said.put("at", at);
		if (end.equals("panic"))
			said.put("panic", code);
		return said;
	}
}
