package litmus;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads and writes JSON: objects are maps, arrays lists, numbers longs. */
final class Json {
	private final String text;
	private int at;

	private Json(String text) {
		this.text = text;
	}

	static Object parse(String text) {
		return new Json(text).value();
	}

	private char next() {
		while (Character.isWhitespace(text.charAt(at)))
			at++;
		return text.charAt(at);
	}

	/** True if the next character is this one, which is then passed. */
	private boolean skip(char c) {
		boolean is = next() == c;
		if (is)
			at++;
		return is;
	}

	private Object value() {
		return switch (next()) {
		case '{' -> object();
		case '[' -> array();
		case '"' -> string();
		case 't' -> word("true", true);
		case 'f' -> word("false", false);
		case 'n' -> word("null", null);
		default -> number();
		};
	}

	private Object word(String word, Object value) {
		at += word.length();
		return value;
	}

	private Map<String, Object> object() {
		Map<String, Object> map = new LinkedHashMap<>();
		skip('{');
		while (!skip('}')) {
			next();
			String key = string();
			skip(':');
			map.put(key, value());
			skip(',');
		}
		return map;
	}

	private List<Object> array() {
		List<Object> list = new ArrayList<>();
		skip('[');
		while (!skip(']')) {
			list.add(value());
			skip(',');
		}
		return list;
	}

	/** What is escaped is of no use here. */
	private String string() {
		int start = ++at;
		while (text.charAt(at) != '"')
			at += text.charAt(at) == '\\' ? 2 : 1;
		return text.substring(start, at++);
	}

	private Long number() {
		int start = at;
		while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0)
			at++;
		return Long.valueOf(text.substring(start, at));
	}

	static String show(Object value) {
		StringBuilder out = new StringBuilder();
		if (value instanceof Map<?, ?> map) {
			map.forEach((k, v) -> out.append(out.isEmpty() ? "" : ",")
				.append(show(k)).append(':').append(show(v)));
			return "{" + out + "}";
		}
		if (value instanceof List<?> list) {
			list.forEach(v -> out.append(out.isEmpty() ? "" : ",").append(show(v)));
			return "[" + out + "]";
		}
		if (value instanceof String s)
			return '"' + s.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
		return String.valueOf(value);
	}
}
