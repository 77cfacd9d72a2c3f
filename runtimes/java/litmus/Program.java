package litmus;

import java.util.List;
import java.util.Map;

/** A litmus program as the runner tells it. */
public final class Program {
	public record Arm(boolean send, int obj, int number, int from, int value, int ok) {
	}

	public record Op(String act, int obj, int number, int from, int reg, int to,
			boolean defaults, List<Arm> arms) {
	}

	public record Thing(String kind, int size) {
	}

	public final int main, registers;
	public final List<Thing> objects;
	public final List<List<Op>> goroutines;

	Program(Map<?, ?> told) {
		main = number(told, "main");
		registers = number(told, "registers");
		objects = list(told.get("objects")).stream().map(Program::thing).toList();
		goroutines = list(told.get("goroutines")).stream()
			.map(body -> list(body).stream().map(Program::op).toList()).toList();
	}

	static List<?> list(Object value) {
		return (List<?>) value;
	}

	static int number(Map<?, ?> map, String key) {
		return ((Long) map.get(key)).intValue();
	}

	private static Thing thing(Object told) {
		Map<?, ?> map = (Map<?, ?>) told;
		return new Thing((String) map.get("kind"), number(map, "size"));
	}

	private static Op op(Object told) {
		Map<?, ?> map = (Map<?, ?>) told;
		return new Op((String) map.get("do"), number(map, "obj"), number(map, "number"),
			number(map, "from"), number(map, "reg"), number(map, "to"),
			(Boolean) map.get("default"),
			list(map.get("arms")).stream().map(Program::arm).toList());
	}

	private static Arm arm(Object told) {
		Map<?, ?> map = (Map<?, ?>) told;
		return new Arm((Boolean) map.get("send"), number(map, "obj"), number(map, "number"),
			number(map, "from"), number(map, "value"), number(map, "ok"));
	}
}
