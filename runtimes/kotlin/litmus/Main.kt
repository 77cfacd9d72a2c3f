/**
 * Litmus programs on Kotlin's coroutines: channels, select, Mutex.
 *
 * A round has a dispatcher of its own, which counts the coroutines that are
 * scheduled or run; one that sleeps counts, too.  At zero nobody can go on.
 */
package litmus

import java.time.Duration
import java.util.Random
import java.util.concurrent.Executor
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.cancellation.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Job
import kotlinx.coroutines.Runnable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.ClosedSendChannelException
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.selects.selectUnbiased
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.yield

class Boom : RuntimeException("boom", null, false, false)

fun code(e: Throwable): Int = when (e) {
	is Boom -> 120
	is ClosedSendChannelException -> 101
	is IllegalStateException -> 122
	else -> 121
}

/** Counts in busy what is scheduled or runs. */
class Counted(val executor: Executor) : CoroutineDispatcher() {
	val busy = AtomicInteger()

	override fun dispatch(context: CoroutineContext, block: Runnable) {
		busy.incrementAndGet()
		executor.execute {
			try {
				block.run()
			} finally {
				busy.decrementAndGet()
			}
		}
	}
}

class KotlinRound(p: Program, val random: Random, executor: Executor) : Round(p) {
	val dispatcher = Counted(executor)
	val scope = CoroutineScope(dispatcher + Job())
	val mood = random.nextInt(5)
	val things: List<Any> = p.objects.map {
		if (it.kind == "chan") Channel<Int>(it.size) else Mutex()
	}

	override fun start() {
		val actors = p.goroutines.indices.map { Actor(this, it, random.nextLong()) }
		actors.shuffled(random).map {
			scope.launch(start = CoroutineStart.LAZY) { it.live() }
		}.forEach { it.start() }
	}

	override fun quiet() = dispatcher.busy.get() == 0

	override fun cancel() = scope.cancel()

	suspend fun sleep(span: Duration) {
		dispatcher.busy.incrementAndGet()
		try {
			delay(span.toMillis().coerceAtLeast(1))
		} finally {
			dispatcher.busy.decrementAndGet()
		}
	}
}

class Actor(val round: KotlinRound, val number: Int, seed: Long) {
	private val body = round.p.goroutines[number]
	private val random = Random(seed)
	private val slow = 1 shl random.nextInt(11)
	private var stop = false // the round is over: it leaves its blocks

	private var pc: Int
		get() = round.pc[number]
		set(to) = round.pc.set(number, to)

	suspend fun live() {
		try {
			block()
			if (!stop && number == round.p.main)
				round.finish("returned", 0)
		} catch (e: CancellationException) {
			stop = true
		} catch (e: RuntimeException) {
			round.finish("panic", code(e))
		}
		round.leave(number)
	}

	/** Runs to the end of the block that it is in, or until the round is over. */
	private suspend fun block() {
		while (!stop) {
			val at = pc
			if (at == body.size || body[at].act.startsWith("end"))
				return
			dally()
			if (round.isOver) {
				stop = true
				return
			}
			step(body[at])
			if (pc == at)
				pc = at + 1
		}
	}

	private suspend fun dally() {
		val n = random.nextInt(slow)
		when (round.mood) {
			1, 2 -> repeat(n % 4) { yield() }
			3 -> repeat(n) { Thread.onSpinWait() }
			4 -> if (n % 8 == 7) round.sleep(Duration.ofMillis(1))
		}
	}

	private suspend fun write(vararg pairs: Int) {
		dally()
		round.write(*pairs)
	}

	private suspend fun step(o: Program.Op) {
		val mutex = round.things.getOrNull(o.obj) as? Mutex
		when (o.act) {
			"comm", "select" -> communicate(o)
			"close-chan" -> channel(o.obj).close()
			"lock-mutex" -> mutex!!.lock()
			"unlock-mutex" -> mutex!!.unlock()
			"trylock-mutex" -> write(o.reg, if (mutex!!.tryLock()) 1 else 0)
			else -> plain(o)
		}
	}

	private suspend fun plain(o: Program.Op) {
		val regs = round.registers()
		when (o.act) {
			"try" -> attempt(o)
			"if", "while" ->
				if (Round.value(regs, 0, o.reg) != Round.value(regs, o.number, o.from))
					pc = o.to
			"loop" -> {
				yield()
				pc = o.to
			}
			"set" -> write(o.reg, Round.value(regs, o.number, o.from))
			"sleep" -> round.sleep(Duration.ofNanos(o.number * 200_000L))
			"yield" -> yield()
			"panic" -> throw Boom()
			else -> throw IllegalArgumentException(o.act)
		}
	}

	private suspend fun attempt(o: Program.Op) {
		try {
			pc += 1
			block()
		} catch (e: CancellationException) {
			throw e
		} catch (e: RuntimeException) {
			write(o.reg, code(e))
		}
		pc = o.to
	}

	@Suppress("UNCHECKED_CAST")
	private fun channel(obj: Int) = round.things[obj] as Channel<Int>

	private suspend fun communicate(o: Program.Op) {
		val regs = round.registers()
		val given = o.arms.map { Round.value(regs, it.number, it.from) }
		var got: Int? = null
		val chosen = when {
			o.arms.isEmpty() -> if (o.defaults) 0 else awaitCancellation()
			o.arms.size > 1 -> selectUnbiased<Int> {
				o.arms.forEachIndexed { i, arm ->
					val chan = channel(arm.obj)
					if (arm.send) chan.onSend(given[i]) { i }
					else chan.onReceiveCatching { got = it.getOrNull(); i }
				}
			}
			o.arms[0].send -> send(o, given[0])
			else -> {
				val chan = channel(o.arms[0].obj)
				val r = if (o.defaults) chan.tryReceive() else chan.receiveCatching()
				got = r.getOrNull()
				if (r.isSuccess || r.isClosed) 0 else 1
			}
		}
		if (chosen == o.arms.size)
			return write(o.reg, chosen + 1)
		val arm = o.arms[chosen]
		val ok = if (got == null) 0 else 1
		write(o.reg, chosen + 1, arm.value, got ?: 0, arm.ok, ok)
	}

	private suspend fun send(o: Program.Op, given: Int): Int {
		val chan = channel(o.arms[0].obj)
		if (!o.defaults) {
			chan.send(given)
			return 0
		}
		val r = chan.trySend(given)
		if (r.isClosed)
			throw ClosedSendChannelException("closed")
		return if (r.isSuccess) 0 else 1
	}
}

fun main(args: Array<String>) {
	val threads = Executors.newFixedThreadPool(args.firstOrNull()?.toInt() ?: 1) {
		Thread(it).apply { isDaemon = true }
	}
	Interpreter.serve(
		"kotlin", "kotlinx.coroutines " + System.getProperty("litmus.version"),
		mapOf(
			"nil" to "a channel is always there",
			"select-default" to "select has no clause for none that is ready",
			"select-same" to "select takes an object in one clause only",
			"rwmutex" to "kotlinx.coroutines has none",
			"waitgroup" to "it has none: scopes wait for their jobs",
			"once" to "it has none",
			"cond" to "it has none",
		),
		listOf("close-mild", "mutex-checked"),
	) { p, random -> KotlinRound(p, random, threads) }
}
