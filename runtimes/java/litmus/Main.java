package litmus;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.StampedLock;

/** Litmus programs on virtual threads and java.util.concurrent. */
public final class Main extends Round {
	static final class Boom extends RuntimeException {
		private static final long serialVersionUID = 1;

		Boom() {
			super("boom", null, false, false);
		}
	}

	private final List<Object> things = new ArrayList<>();
	private final List<Thread> threads = new ArrayList<>();
	private final AtomicIntegerArray steps; // grows before and after each operation
	private final Random random;

	Main(Program p, Random random) {
		super(p);
		this.random = random;
		steps = new AtomicIntegerArray(p.goroutines.size());
		for (Program.Thing thing : p.objects)
			things.add(make(thing));
		int mood = random.nextInt(4);
		for (int i = 0; i < p.goroutines.size(); i++)
			threads.add(Thread.ofVirtual().unstarted(new Actor(i, mood, random.nextLong())));
	}

	private Object make(Program.Thing thing) {
		return switch (thing.kind()) {
		case "chan" -> thing.size() == 0 ? new SynchronousQueue<Integer>()
			: new ArrayBlockingQueue<Integer>(thing.size());
		case "mutex" -> new ReentrantLock();
		case "cond" -> ((ReentrantLock) things.get(thing.size())).newCondition();
		case "rwmutex" -> new StampedLock().asReadWriteLock();
		default -> throw new IllegalArgumentException(thing.kind());
		};
	}

	@Override
	protected void start() {
		List<Thread> order = new ArrayList<>(threads);
		Collections.shuffle(order, random);
		order.forEach(Thread::start);
	}

	/** The sum of steps if all wait; -1 if one does not. */
	private long waiting() {
		long sum = 0;
		for (int i = 0; i < threads.size(); i++) {
			if (pc.get(i) >= 0 && threads.get(i).getState() != Thread.State.WAITING)
				return -1;
			sum += steps.get(i);
		}
		return sum;
	}

	/**
	 * A thread that was woken is not WAITING before its waker goes on.  So if all
	 * wait, and again without a step between, nobody was on the way: but one may
	 * be woken and wait again within an operation, hence the third look.
	 */
	@Override
	protected boolean quiet() {
		long sum = waiting();
		if (sum < 0 || waiting() != sum)
			return false;
		LockSupport.parkNanos(200_000);
		return waiting() == sum;
	}

	@Override
	protected void cancel() {
		threads.forEach(Thread::interrupt);
	}

	static int code(Throwable e) {
		return e instanceof Boom ? 120 : e instanceof IllegalMonitorStateException ? 122 : 121;
	}

	private final class Actor implements Runnable {
		private final int number, mood, slow;
		private final Random random;
		private final List<Program.Op> body;
		private boolean stop; // the round is over: it leaves its blocks

		Actor(int number, int mood, long seed) {
			this.number = number;
			this.mood = mood;
			random = new Random(seed);
			slow = 1 << random.nextInt(11);
			body = p.goroutines.get(number);
		}

		@Override
		public void run() {
			try {
				block();
				if (!stop && number == p.main)
					finish("returned", 0);
			} catch (InterruptedException e) {
				stop = true; // cancelled
			} catch (RuntimeException e) {
				finish("panic", code(e));
			}
			leave(number);
		}

		/** Runs to the end of the block that it is in, or until the round is over. */
		private void block() throws InterruptedException {
			while (!stop) {
				int at = pc.get(number);
				if (at == body.size() || body.get(at).act().startsWith("end"))
					return;
				dally();
				if (isOver()) {
					stop = true;
					return;
				}
				steps.incrementAndGet(number);
				step(body.get(at));
				steps.incrementAndGet(number);
				pc.compareAndSet(number, at, at + 1);
			}
		}

		private void dally() {
			int n = random.nextInt(slow);
			switch (mood) {
			case 1 -> {
				for (n %= 4; n > 0; n--)
					Thread.yield();
			}
			case 2 -> {
				for (; n > 0; n--)
					Thread.onSpinWait();
			}
			case 3 -> LockSupport.parkNanos(n * 50L);
			default -> {
			}
			}
		}

		private void write(int... pairs) {
			dally();
			Main.this.write(pairs);
		}

		private void bool(Program.Op o, boolean is) {
			write(o.reg(), is ? 1 : 0);
		}

		private void step(Program.Op o) throws InterruptedException {
			Object x = o.obj() < 0 ? null : things.get(o.obj());
			switch (o.act()) {
			case "comm", "select" -> communicate(o);
			case "lock-mutex" -> ((Lock) x).lockInterruptibly();
			case "unlock-mutex" -> ((Lock) x).unlock();
			case "trylock-mutex" -> bool(o, ((Lock) x).tryLock());
			case "lock-rwmutex" -> ((ReadWriteLock) x).writeLock().lockInterruptibly();
			case "unlock-rwmutex" -> ((ReadWriteLock) x).writeLock().unlock();
			case "trylock-rwmutex" -> bool(o, ((ReadWriteLock) x).writeLock().tryLock());
			case "rlock-rwmutex" -> ((ReadWriteLock) x).readLock().lockInterruptibly();
			case "runlock-rwmutex" -> ((ReadWriteLock) x).readLock().unlock();
			case "tryrlock-rwmutex" -> bool(o, ((ReadWriteLock) x).readLock().tryLock());
			case "wait-cond" -> ((Condition) x).await();
			case "signal-cond" -> ((Condition) x).signal();
			case "broadcast-cond" -> ((Condition) x).signalAll();
			default -> plain(o);
			}
		}

		private void plain(Program.Op o) throws InterruptedException {
			long regs = registers();
			switch (o.act()) {
			case "try" -> attempt(o);
			case "if", "while" -> {
				if (value(regs, 0, o.reg()) != value(regs, o.number(), o.from()))
					pc.set(number, o.to());
			}
			case "loop" -> {
				Thread.yield();
				pc.set(number, o.to());
			}
			case "set" -> write(o.reg(), value(regs, o.number(), o.from()));
			case "sleep" -> Thread.sleep(Duration.ofNanos(o.number() * 200_000L));
			case "yield" -> Thread.yield();
			case "panic" -> throw new Boom();
			default -> throw new IllegalArgumentException(o.act());
			}
		}

		private void attempt(Program.Op o) throws InterruptedException {
			try {
				pc.incrementAndGet(number);
				block();
			} catch (RuntimeException e) {
				write(o.reg(), code(e));
			}
			pc.set(number, o.to());
		}

		/** A select has one case here, or none. */
		@SuppressWarnings("unchecked")
		private void communicate(Program.Op o) throws InterruptedException {
			if (o.arms().isEmpty()) {
				while (!o.defaults() && !isOver())
					LockSupport.park();
				write(o.reg(), 1);
				return;
			}
			Program.Arm arm = o.arms().get(0);
			var chan = (BlockingQueue<Integer>) things.get(arm.obj());
			int given = value(registers(), arm.number(), arm.from());
			Integer got = given;
			if (arm.send() && o.defaults())
				got = chan.offer(given) ? got : null;
			else if (arm.send())
				chan.put(given);
			else
				got = o.defaults() ? chan.poll() : chan.take();
			if (got == null)
				write(o.reg(), 2);
			else if (arm.send())
				write(o.reg(), 1);
			else
				write(o.reg(), 1, arm.value(), got, arm.ok(), 1);
		}
	}

	public static void main(String[] args) throws IOException {
		Interpreter.serve("java", "Java " + Runtime.version(),
			Map.of("nil", "a queue is always there",
				"close", "no queue of java.util.concurrent can be closed",
				"select", "no class waits for several queues",
				"select-default", "no class waits for several queues",
				"waitgroup", "a CountDownLatch cannot be added to",
				"once", "no class for it"),
			List.of("retry", "mutex-reentrant", "cond-monitor", "cond-spurious", "rw-any"),
			Main::new);
	}
}
