// shim.cc - shim.h over the C++ library.
//
// What the library of this version (1.7) cannot do is done in Reporter, which
// stands between it and its own JSON: names without suffixes such as
// "/real_time", "skipped" beside "benchmarks", no figures for what failed, and
// none of its warnings, which judge how Debian built it.

#include "shim.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

using benchmark::BenchmarkReporter;
using benchmark::Counter;
using benchmark::State;

// A benchmark is known to the library when bench_run starts: by then all of
// its arguments are.
struct bench {
	std::string name;
	bench_fn fn;
	void *arg;
	std::vector<std::string> arg_names;
	std::vector<int64_t> arg_values;
	int64_t iterations;
	bool manual_time;
};

namespace
{

// Marks the error message of a skip.
const char skip_mark[] = "skipped: ";

std::vector<bench *> &registered()
{
	static std::vector<bench *> all;
	return all;
}

State *state_of(bench_state *s)
{
	return reinterpret_cast<State *>(s);
}

// The text of a JSON string.
std::string quoted(const std::string &text)
{
	std::string out = "\"";
	for (unsigned char c : text) {
		char escape[8];

		if (c == '"' || c == '\\') {
			out += '\\';
			out += char(c);
		} else if (c < ' ') {
			std::snprintf(escape, sizeof(escape), "\\u%04x", c);
			out += escape;
		} else {
			out += char(c);
		}
	}
	return out + "\"";
}

class Reporter : public BenchmarkReporter
{
      public:
	explicit Reporter(bool table) : table_(table)
	{
		json_.SetOutputStream(&text_);
		json_.SetErrorStream(&ignored_);
		SetOutputStream(&ignored_);
		SetErrorStream(&ignored_);
	}

	bool ReportContext(const Context &context) override
	{
		return json_.ReportContext(context);
	}

	void ReportRuns(const std::vector<Run> &runs) override
	{
		for (const Run &run : runs)
			report(run);
	}

	// The library ends its object; what is skipped goes in before that.
	void Finalize() override
	{
		json_.Finalize();
		all_ = text_.str();
		all_.erase(all_.rfind('}'));
		all_.erase(all_.find_last_not_of(" \n") + 1);
		all_ += ",\n  \"skipped\": [" + skipped_ + "\n  ]\n}\n";
	}

	bool result(bench_report *out) const
	{
		out->measured = measured_;
		out->failed = failed_;
		out->skipped = skips_;
		out->json = strdup(all_.c_str());
		return out->json != NULL;
	}

      private:
	void report(Run run)
	{
		run.run_name.iterations.clear();
		run.run_name.min_time.clear();
		run.run_name.time_type.clear();
		run.run_name.threads.clear();
		if (run.error_occurred &&
		    run.error_message.compare(0, sizeof(skip_mark) - 1,
					      skip_mark) == 0) {
			skip(run);
			return;
		}
		if (run.error_occurred) {
			failed_++;
			run.counters.clear();
		} else {
			measured_++;
		}
		json_.ReportRuns(std::vector<Run>(1, run));
		line(run);
	}

	void skip(const Run &run)
	{
		std::string reason =
			run.error_message.substr(sizeof(skip_mark) - 1);

		skipped_ += skips_++ ? ",\n" : "\n";
		skipped_ += "    {\"name\": " + quoted(run.benchmark_name()) +
			    ", \"reason\": " + quoted(reason) + "}";
		line(run);
	}

	// One line of the table: the time of an item, then what was counted.
	void line(const Run &run) const
	{
		if (!table_)
			return;
		std::printf("%-44s ", run.benchmark_name().c_str());
		if (run.error_occurred) {
			std::printf("%s\n", run.error_message.c_str());
		} else {
			figures(run);
		}
		std::fflush(stdout);
	}

	static void figures(const Run &run)
	{
		auto items = run.counters.find("items_per_second");

		if (items != run.counters.end() && items->second.value > 0)
			std::printf("%14.1f ns", 1e9 / items->second.value);
		else
			std::printf("%14.1f ns", run.GetAdjustedRealTime());
		for (const auto &c : run.counters)
			if (c.first != "items_per_second")
				std::printf(" %s=%.4g", c.first.c_str(),
					    c.second.value);
		std::printf("%s%s\n", run.report_label.empty() ? "" : " ",
			    run.report_label.c_str());
	}

	const bool table_;
	benchmark::JSONReporter json_;
	std::ostringstream text_, ignored_;
	std::string skipped_, all_;
	int64_t measured_ = 0, failed_ = 0, skips_ = 0;
};

void hand_over(const bench *b)
{
	auto *own = benchmark::RegisterBenchmark(
		b->name.c_str(), [b](State &state) {
			b->fn(reinterpret_cast<bench_state *>(&state), b->arg);
			// A function that returned early without a word.
			if (!state.error_occurred() &&
			    state.iterations() < state.max_iterations)
				state.SkipWithError(
					"it ended before its iterations");
		});

	own->MeasureProcessCPUTime();
	if (b->manual_time)
		own->UseManualTime();
	else
		own->UseRealTime();
	if (!b->arg_values.empty()) {
		own->ArgNames(b->arg_names);
		own->Args(b->arg_values);
	}
	if (b->iterations > 0)
		own->Iterations(b->iterations);
}

// The library takes its options from a command line only, and keeps argv[0].
void initialize(const bench_options *options)
{
	static char program[256];
	char least[64];
	char *argv[] = {program, least, NULL};
	int argc = 2;

	std::snprintf(program, sizeof(program), "%s", options->program);
	std::snprintf(least, sizeof(least), "--benchmark_min_time=%.6f",
		      options->min_time);
	benchmark::Initialize(&argc, argv);
}

void give_up(bench_state *s, const char *mark, const char *format, va_list args)
{
	State *state = state_of(s);
	char text[512];

	if (state->error_occurred())
		return;
	std::snprintf(text, sizeof(text), "%s", mark);
	std::vsnprintf(text + std::strlen(mark),
		       sizeof(text) - std::strlen(mark), format, args);
	state->SkipWithError(text);
}

} // namespace

extern "C" {

bench *bench_register(const char *name, bench_fn fn, void *arg)
{
	bench *b = new bench{name, fn, arg, {}, {}, 0, false};

	registered().push_back(b);
	return b;
}

void bench_arg(bench *b, const char *name, int64_t value)
{
	b->arg_names.push_back(name);
	b->arg_values.push_back(value);
}

void bench_iterations(bench *b, int64_t n)
{
	b->iterations = n;
}

void bench_manual_time(bench *b)
{
	b->manual_time = true;
}

void bench_context(const char *key, const char *value)
{
	benchmark::AddCustomContext(key, value);
}

bool bench_next(bench_state *s)
{
	return state_of(s)->KeepRunning();
}

bool bench_next_batch(bench_state *s, int64_t n)
{
	return state_of(s)->KeepRunningBatch(n);
}

int64_t bench_begin(bench_state *s)
{
	State *state = state_of(s);

	if (!state->KeepRunningBatch(state->max_iterations))
		return 0;
	return state->max_iterations;
}

void bench_end(bench_state *s)
{
	State *state = state_of(s);

	if (!state->error_occurred())
		state->KeepRunningBatch(state->max_iterations);
}

int64_t bench_planned(bench_state *s)
{
	return state_of(s)->max_iterations;
}

int64_t bench_done(bench_state *s)
{
	return state_of(s)->iterations();
}

void bench_pause(bench_state *s)
{
	if (!bench_failed(s))
		state_of(s)->PauseTiming();
}

void bench_resume(bench_state *s)
{
	if (!bench_failed(s))
		state_of(s)->ResumeTiming();
}

void bench_set_time(bench_state *s, double seconds)
{
	state_of(s)->SetIterationTime(seconds);
}

int64_t bench_range(bench_state *s, size_t i)
{
	return state_of(s)->range(i);
}

void bench_counter(bench_state *s, const char *name, double value,
		   bench_kind kind)
{
	auto flags = kind == BENCH_RATE            ? Counter::kIsRate
		     : kind == BENCH_PER_ITERATION ? Counter::kAvgIterations
						   : Counter::kDefaults;

	if (!std::isfinite(value))
		bench_error(s, "counter %s is no number", name);
	else
		state_of(s)->counters[name] = Counter(value, flags);
}

void bench_items(bench_state *s, int64_t items)
{
	state_of(s)->SetItemsProcessed(items);
}

void bench_bytes(bench_state *s, int64_t bytes)
{
	state_of(s)->SetBytesProcessed(bytes);
}

void bench_label(bench_state *s, const char *text)
{
	state_of(s)->SetLabel(text);
}

void bench_error(bench_state *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	give_up(s, "", format, args);
	va_end(args);
}

void bench_skip(bench_state *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	give_up(s, skip_mark, format, args);
	va_end(args);
}

bool bench_failed(bench_state *s)
{
	return state_of(s)->error_occurred();
}

bool bench_run(const bench_options *options, bench_report *out)
{
	Reporter reporter(options->table);

	initialize(options);
	for (const bench *b : registered())
		hand_over(b);
	benchmark::RunSpecifiedBenchmarks(&reporter, ".");
	benchmark::Shutdown();
	for (bench *b : registered())
		delete b;
	registered().clear();
	return reporter.result(out);
}
}
