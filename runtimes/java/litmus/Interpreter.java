package litmus;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;

/**
 * An interpreter of the protocol in conformance/litmus/PROTOCOL.md: hello, and an
 * answer for each line.
 */
public final class Interpreter {
	private static final int ABREAST = 16; // rounds at once

	private Interpreter() {
	}

	/** Answers until the input ends.  A round is made of a program and a seed. */
	public static void serve(String name, String version, Map<String, String> lacks,
			List<String> variants, BiFunction<Program, Random, Round> make)
			throws IOException {
		Map<String, Object> hello = new LinkedHashMap<>(Map.of("litmus", 1));
		hello.put("name", name);
		hello.put("version", version);
		hello.put("model", "N:M");
		hello.put("lacks", lacks);
		hello.put("variants", variants);
		System.out.println(Json.show(hello));
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
		for (String line; (line = in.readLine()) != null;) {
			Map<?, ?> ask = (Map<?, ?>) Json.parse(line);
			Program p = new Program((Map<?, ?>) ask.get("program"));
			Map<String, Object> said = new LinkedHashMap<>();
			said.put("id", ask.get("id"));
			said.put("seen", run(p, Program.number(ask, "rounds"),
				new Random((Long) ask.get("seed")), make));
			System.out.println(Json.show(said));
		}
	}

	private static List<Object> run(Program p, int rounds, Random random,
			BiFunction<Program, Random, Round> make) {
		Map<Map<String, Object>, Integer> counts = new LinkedHashMap<>();
		for (int ran = 0; ran < rounds; ran += ABREAST) {
			List<Round> some = new ArrayList<>();
			for (int i = ran; i < rounds && i < ran + ABREAST; i++)
				some.add(make.apply(p, random));
			some.forEach(Round::start);
			for (Round r : some) {
				await(r);
				counts.merge(r.outcome(), 1, Integer::sum);
				r.cancel();
			}
		}
		List<Object> seen = new ArrayList<>();
		counts.forEach((outcome, count) -> {
			outcome.put("count", count);
			seen.add(outcome);
		});
		return seen;
	}

	/** Returns when a round is over or nobody in it can go on. */
	private static void await(Round r) {
		for (int looks = 0; !r.done() && (looks < 20 || !r.quiet()); looks++)
			pause(looks < 20 ? 0 : 50_000);
	}

	private static void pause(int ns) {
		try {
			if (ns == 0)
				Thread.yield();
			else
				Thread.sleep(0, ns);
		} catch (InterruptedException e) {
			throw new IllegalStateException(e);
		}
	}
}
