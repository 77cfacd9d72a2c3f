"""goro-gdb.py - goroutines in gdb: in a process and in a core.

    info goroutines     each with its state and where it stands
    goroutine N CMD     does CMD on the frames of goroutine N
    goroutine all CMD   does CMD on those of each in turn
    goroutine N         selects it, until another is or the program goes on
    goroutine off       selects the thread again

gdb loads this with a libgoro.so that is installed; a program that is linked
with libgoro.a wants `source .../goro-gdb.py`.  What it has to know of the
runtime it reads from a table there (reference/src/layout.c), so neither
symbols nor debug information of the runtime need be there.

A goroutine that has a thread is shown there.  One that has none is shown by
way of the selected thread: the unwinder below says that the caller of the
thread's innermost frame is the frame in which the goroutine was left.  So
frame 0 stands for the goroutine, and nothing is written to the process.
"""

import bisect
import re
import struct

import gdb
from gdb.FrameDecorator import FrameDecorator
from gdb.unwinder import Unwinder, register_unwinder

MAX_FRAMES = 100   # searched for the program's own
PT_NOTE, PT_PHDR = 4, 6


# ---- memory ----------------------------------------------------------------

def memory(at, size):
    return gdb.selected_inferior().read_memory(at, size).tobytes()


def number(code, at):
    return struct.unpack("<" + code, memory(at, struct.calcsize(code)))[0]


def pointer(at):
    return number("Q", at)


def text(at):
    found = b""
    while b"\0" not in found:
        found += memory(at + len(found), 1)
    return found[:-1].decode("utf-8", "replace")


# ---- the table ---------------------------------------------------------------

class NoGoro(gdb.GdbError):
    pass


def exported_table():
    """The table's address by its symbol; None if that is stripped."""
    try:
        return int(gdb.parse_and_eval("(unsigned long)&goro__debug_layout"))
    except gdb.error:
        return None


def notes(phdrs, n):
    """The places of an ELF image's notes, by its program headers."""
    base = 0
    for at in range(phdrs, phdrs + 56 * n, 56):
        kind, _, _, vaddr, _, _, size = struct.unpack("<IIQQQQQ",
                                                      memory(at, 48))
        if kind == PT_PHDR:
            base = phdrs - vaddr
        if kind == PT_NOTE:
            yield base + vaddr, size


def noted_table():
    """The table's address by the note of a static program; None: no note."""
    auxv = gdb.execute("info auxv", to_string=True)
    phdrs = re.search(r"AT_PHDR.*(0x[0-9a-f]+)", auxv)
    n = re.search(r"AT_PHNUM.* ([0-9]+)", auxv)
    for at, size in notes(int(phdrs[1], 16), int(n[1])) if n else ():
        found = memory(at, size).find(b"\5\0\0\0\4\0\0\0\1\0\0\0goro\0")
        if found >= 0:
            desc = at + found + 20
            return desc + number("i", desc)
    return None


class Layout(dict):
    """What the runtime says of itself: a value for each name."""

    def __init__(self):
        super().__init__()
        if not gdb.selected_thread():
            raise NoGoro("There is no process, and no core.")
        self.at = exported_table() or noted_table()
        if not self.at:
            raise NoGoro("The program is not linked with goro.")
        at = self.at
        while True:
            name, value = struct.unpack("<QQ", memory(at, 16))
            if not name:
                break
            self[text(name)] = value
            at += 16
        if self.get("goro") != 1:
            raise NoGoro("This goro is not the one that goro-gdb.py is for.")

    def field(self, name):
        """Offset and size of a field."""
        return self[name] & 0xffffffff, self[name] >> 32

    def read(self, name, at):
        """The field of that name of the structure at `at`."""
        offset, size = self.field(name)
        return int.from_bytes(memory(at + offset, size), "little")

    def pc_register(self):
        return "rip" if "saved.rip" in self else "pc"

    def sp_register(self):
        return "rsp" if "saved.rip" in self else "sp"

    def bounds(self):
        """Of the runtime's code, as text.c has them: [(begin, end)]."""
        at, end = self["text"], self["text_end"]
        words = struct.unpack("<%di" % ((end - at) // 4), memory(at, end - at))
        places = [at + 4 * i + word for i, word in enumerate(words)]
        return list(zip(places[::2], places[1::2]))


# ---- goroutines --------------------------------------------------------------

class G:
    """A goroutine that is alive, as it was when the process stopped."""

    FIELDS = ("sp", "status", "reason", "system", "m", "since", "lockedm",
              "stack", "lockcount", "fn", "goid", "parent", "creator",
              "preempted", "labels")

    def __init__(self, layout, data, offset, at):
        self.at = at
        self.thread = None   # the gdb.InferiorThread that it is on
        self.p = None        # the number of the P that it runs on
        for name in self.FIELDS:
            start, size = layout.field("g." + name)
            start += offset
            setattr(self, name,
                    int.from_bytes(data[start:start + size], "little"))

    def state(self, runtime):
        layout = runtime.layout
        if self.status == layout["GWAITING"]:
            said = runtime.reason(self.reason)
        else:
            said = {layout["GRUNNABLE"]: "runnable",
                    layout["GRUNNING"]: "running",
                    layout["GSYSCALL"]: "syscall"}[self.status]
        if self.status in (layout["GWAITING"], layout["GSYSCALL"]):
            minutes = (runtime.seconds - self.since) // 60
            said += ", %d minutes" % minutes if minutes > 0 else ""
        if self.preempted:
            said += ", preempted"
        if self.lockcount:
            said += ", locked to thread"
        return said + runtime.labels(self.labels)

    def started(self):
        """False: it is still to begin, or in a call of an unknown thread."""
        return bool(self.thread or (self.sp and not self.sp & 3))


class M:
    """A thread of the runtime."""

    def __init__(self, layout, at):
        self.at = at
        self.tid = layout.read("m.tid", at)
        self.curg = layout.read("m.curg", at)
        self.p = layout.read("m.p", at)
        self.lo = layout.read("m.g0_lo", at)
        self.hi = self.lo + layout.read("m.g0_size", at)
        self.next = layout.read("m.alllink", at)


class Runtime:
    """The goroutines, and which of them has which thread."""

    def __init__(self):
        with Selection():
            showing.hide()
            self.layout = Layout()
            self.text = self.layout.bounds()
            self.solib = gdb.solib_name(self.layout.at)
            self.seconds = number("I", self.layout["seconds"])
            self.reasons = {}
            self.names = {}
            self.gs = {g.at: g for g in self.read_gs()}
            self.ms = {m.at: m for m in self.read_ms()}
            self.find_threads()

    def all(self):
        return sorted(self.gs.values(), key=lambda g: g.goid)

    def by_id(self, goid):
        for g in self.gs.values():
            if g.goid == goid:
                return g
        raise gdb.GdbError("There is no goroutine %d." % goid)

    def reason(self, n):
        if n not in self.reasons:
            self.reasons[n] = text(pointer(self.layout["reasons"] + 8 * n))
        return self.reasons[n]

    def labels(self, at):
        """Those of a goroutine, as dumps have them."""
        if not at:
            return ""
        size, start = struct.unpack("<2Q", memory(self.layout["labels"], 16))
        words = memory(at + start, number("I", at + size)).split(b"\0")
        words = ['"%s"' % w.decode("utf-8", "replace") for w in words]
        pairs = zip(words[::2], words[1::2])
        return " labels:{%s}" % ", ".join(": ".join(pair) for pair in pairs)

    def slabs(self):
        """The arrays of Gs: (address, count)."""
        (classes, n, class_size, nslabs, slab, slab_size, gs,
         made) = struct.unpack("<8Q", memory(self.layout["slabs"], 64))
        for c in range(classes, classes + n * class_size, class_size):
            for i in range(number("I", c + nslabs)):
                at = c + slab + i * slab_size
                yield pointer(at + gs), number("I", at + made)

    def read_gs(self):
        size = self.layout["g"]
        alive = [self.layout[name] for name in
                 ("GRUNNABLE", "GRUNNING", "GSYSCALL", "GWAITING")]
        for at, made in self.slabs():
            data = memory(at, made * size) if made else b""
            for i in range(made):
                g = G(self.layout, data, i * size, at + i * size)
                if g.status in alive and not g.system and g.goid > 0:
                    yield g

    def read_ms(self):
        at = pointer(self.layout["allm"])
        while at:
            m = M(self.layout, at)
            yield m
            at = m.next

    # Which thread a goroutine has.  Its status may be ahead of its thread or
    # behind it, so the stack that the thread is on counts first.

    def find_threads(self):
        threads = {}     # by the kernel's number
        self.sps = {}    # stack pointers, by the same
        for thread in gdb.selected_inferior().threads():
            try:
                thread.switch()
                frame = gdb.newest_frame()
                sp = int(frame.read_register(self.layout.sp_register()))
            except gdb.error:
                continue     # it runs
            threads[thread.ptid[1]] = thread
            self.sps[thread.ptid[1]] = sp & (1 << 64) - 1
        self.on_its_stack(threads)
        for m in self.ms.values():
            g = self.gs.get(m.curg)
            if g and m.p and g.status == self.layout["GRUNNING"]:
                g.p = self.layout.read("p.id", m.p)
            self.of_its_m(m, threads)

    def on_its_stack(self, threads):
        """Threads whose stack pointer is in a goroutine's stack."""
        gs = sorted((g for g in self.gs.values() if g.stack),
                    key=lambda g: g.stack)
        tops = [g.stack for g in gs]
        for tid, sp in self.sps.items():
            i = bisect.bisect_right(tops, sp)
            if i < len(gs) and sp >= self.lo(gs[i]):
                gs[i].thread = threads.pop(tid)

    def lo(self, g):
        return self.layout.read("stack.lo", g.stack)

    def of_its_m(self, m, threads):
        """m's goroutine, on a handler's stack or on the scheduler's."""
        thread = threads.get(m.tid)
        if not thread:
            return
        for g in self.gs.values():
            if g.preempted and g.lockedm == m.at and not g.thread:
                g.thread = thread
                return
        g = self.gs.get(m.curg)
        if not g or g.thread or g.status not in (self.layout["GRUNNING"],
                                                 self.layout["GSYSCALL"]):
            return
        on_g0 = m.lo <= self.sps[m.tid] < m.hi
        if not on_g0 or self.comes_from(thread, g):
            g.thread = thread

    def comes_from(self, thread, g):
        """True if g called what the thread does on the scheduler's stack."""
        thread.switch()
        frame, lo = gdb.newest_frame(), self.lo(g)
        for frame in older(frame):
            sp = int(frame.read_register(self.layout.sp_register()))
            if lo <= sp & (1 << 64) - 1 < g.stack:
                return True
        return False

    # Which code is the runtime's.

    def owns(self, frame):
        pc = frame.pc()
        if any(lo <= pc < hi for lo, hi in self.text):
            return True
        if self.solib and gdb.solib_name(pc) == self.solib:
            return True
        return (frame.name() or "").startswith("goro_")

    def name(self, pc):
        if pc not in self.names:
            self.names[pc] = function_at(pc)
        return self.names[pc]


def older(frame):
    """frame, and those that called it."""
    for _ in range(MAX_FRAMES):
        if not frame or not frame.is_valid():
            return
        yield frame
        try:
            frame = frame.older()
        except gdb.error:
            return


def function_at(pc):
    """The name of the function at pc, and its place in the source."""
    block = gdb.current_progspace().block_for_pc(pc)
    while block and not block.function:
        block = block.superblock
    if block:
        name = block.function.print_name
    else:
        said = gdb.execute("info symbol %d" % pc, to_string=True)
        found = re.match(r"(\S+)( \+ \d+)? in section", said)
        name = found[1] if found else "0x%x" % pc
    return name + source_at(gdb.find_pc_line(pc))


def source_at(sal):
    return " at %s:%d" % (sal.symtab.filename, sal.line) if sal.symtab else ""


# ---- showing one that has no thread ------------------------------------------

class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class Showing(Unwinder):
    """Unwinds from the selected thread into a goroutine without a thread."""

    def __init__(self):
        super().__init__("goro")
        self.title = None
        self.goid = None

    def show(self, layout, g, title):
        thread = gdb.selected_thread()
        frame = gdb.newest_frame()
        self.names = layout.sp_register(), layout.pc_register()
        self.ptid = thread.ptid
        self.innermost = [int(frame.read_register(n)) for n in self.names]
        self.id = FrameId(gdb.Value(g.sp - 16), gdb.Value(g.sp - 16))
        self.saved = self.registers(layout, g.sp)
        self.title = title
        self.goid = g.goid
        gdb.invalidate_cached_frames()

    def hide(self):
        if self.title:
            self.title = None
            self.goid = None
            gdb.invalidate_cached_frames()

    @staticmethod
    def registers(layout, sp):
        saved = {name[6:]: pointer(sp + at) for name, at in layout.items()
                 if name.startswith("saved.")}
        if "x30" in saved:
            saved["pc"] = saved["x30"]
        saved[layout.sp_register()] = sp + layout["saved"]
        return saved

    def __call__(self, frame):
        if not self.title or gdb.selected_thread().ptid != self.ptid:
            return None
        if [int(frame.read_register(n)) for n in self.names] != self.innermost:
            return None
        info = frame.create_unwind_info(self.id)
        for name, value in self.saved.items():
            like = frame.read_register(name).type
            info.add_saved_register(name, gdb.Value(value).cast(like))
        return info


class Title(FrameDecorator):
    """Frame 0 in a backtrace of a goroutine without a thread."""

    def function(self):
        return showing.title

    def address(self):
        return None

    def filename(self):
        return None

    def line(self):
        return None

    def frame_args(self):
        return None

    def frame_locals(self):
        return None


class Nameless(FrameDecorator):
    """Any other frame: gdb prints nothing for a function without a name."""

    def function(self):
        return super().function() or "??"


class TitleFilter:
    def __init__(self):
        self.name = "goro"
        self.priority = 1
        gdb.frame_filters[self.name] = self

    @property
    def enabled(self):
        return bool(showing.title)

    @enabled.setter
    def enabled(self, value):
        pass

    def filter(self, frames):
        for frame in frames:
            first = frame.inferior_frame().level() == 0
            yield Title(frame) if first else Nameless(frame)


class Selection:
    """Puts the selected thread, frame and goroutine back at its end."""

    def __enter__(self):
        self.showing = dict(showing.__dict__)
        self.thread = gdb.selected_thread()
        self.level = None
        try:
            self.level = gdb.selected_frame().level()
        except gdb.error:
            pass

    def __exit__(self, *_):
        showing.__dict__.update(self.showing)
        gdb.invalidate_cached_frames()
        if self.thread and self.thread.is_valid():
            self.thread.switch()
        if self.level is not None:
            select(self.level)


def select(level):
    for frame in older(gdb.newest_frame()):
        if frame.level() == level:
            frame.select()


# ---- the commands ------------------------------------------------------------

def go_to(runtime, g):
    """Selects the frame of the program's own in which g stands."""
    if not g.started():
        raise gdb.GdbError("Goroutine %d has not run yet; it begins in %s." %
                           (g.goid, runtime.name(g.fn)))
    if g.thread:
        showing.hide()
        g.thread.switch()
    else:
        showing.show(runtime.layout, g,
                     "goroutine %d [%s]" % (g.goid, g.state(runtime)))
    frame = standing(runtime, g)
    frame.select()
    return frame


def standing(runtime, g):
    """The innermost frame that has a line and is not the runtime's or libc's.
    """
    frames = list(older(gdb.newest_frame()))
    if not g.thread:
        frames = frames[1:]
    elif g.preempted:
        for i, frame in enumerate(frames[:-1]):
            if frame.type() == gdb.SIGTRAMP_FRAME:
                frames = frames[i + 1:]
                break
    own = [f for f in frames if not runtime.owns(f)]
    lined = [f for f in own if f.find_sal().symtab and not of_libc(f)]
    return (lined or own or frames)[0]


def of_libc(frame):
    library = gdb.solib_name(frame.pc()) or ""
    return re.match(r"(libc|libpthread|ld-linux.*)[.-]",
                    library.rpartition("/")[2])


def describe(runtime, g):
    """Where g stands, for info goroutines."""
    if not g.started():
        return runtime.name(g.fn) + ", not run yet"
    with Selection():
        frame = go_to(runtime, g)
        name = frame.name() or "0x%x" % frame.pc()
        return name + source_at(frame.find_sal())


class InfoGoroutines(gdb.Command):
    """Goroutines: number, state, thread and P, where it stands, who made it.
A star is before the one that is selected, or that the selected thread runs."""

    def __init__(self):
        super().__init__("info goroutines", gdb.COMMAND_STATUS)

    def invoke(self, _, from_tty):
        runtime = Runtime()
        if not runtime.gs:
            gdb.write("No goroutines.\n")
        for g in runtime.all():
            gdb.write(self.line(runtime, g) + "\n")

    @staticmethod
    def line(runtime, g):
        star = "*" if g.goid == current(runtime) else " "
        line = "%s %-4d [%s]" % (star, g.goid, g.state(runtime))
        if g.thread:
            line += " thread %d" % g.thread.num
        if g.p is not None:
            line += " P %d" % g.p
        line += " " + describe(runtime, g)
        if g.goid != 1 and g.creator:
            line += ", created by " + runtime.name(g.creator - 1)
        if g.goid != 1 and g.parent > 0:
            line += " in goroutine %d" % g.parent
        return line


def current(runtime):
    if showing.goid:
        return showing.goid
    for g in runtime.gs.values():
        if g.thread and g.thread.ptid == gdb.selected_thread().ptid:
            return g.goid
    return None


class Goroutine(gdb.Command):
    """Use a command on the frames of a goroutine: goroutine N|all CMD.
Without a command goroutine N is selected, as a thread is, until another is or
the program goes on; goroutine off goes back to the thread."""

    def __init__(self):
        super().__init__("goroutine", gdb.COMMAND_STACK,
                         gdb.COMPLETE_COMMAND)

    def invoke(self, arg, from_tty):
        which, _, command = arg.strip().partition(" ")
        command = command.strip()
        if which == "off" and not command:
            showing.hide()
        elif which == "all" and command:
            self.all(Runtime(), command, from_tty)
        elif not re.fullmatch("[0-9]+", which):
            raise gdb.GdbError("goroutine N [CMD], goroutine all CMD or "
                               "goroutine off.")
        elif command:
            self.one(Runtime(), int(which), command, from_tty)
        else:
            runtime = Runtime()
            go_to(runtime, runtime.by_id(int(which)))
            gdb.execute("frame", from_tty)

    @staticmethod
    def one(runtime, goid, command, from_tty):
        with Selection():
            go_to(runtime, runtime.by_id(goid))
            gdb.execute(command, from_tty)

    def all(self, runtime, command, from_tty):
        for g in runtime.all():
            gdb.write("\ngoroutine %d [%s]:\n" % (g.goid, g.state(runtime)))
            try:
                self.one(runtime, g.goid, command, from_tty)
            except gdb.error as e:
                gdb.write("%s\n" % e)
            except gdb.GdbError as e:
                gdb.write("%s\n" % e)


calling = []   # not empty: gdb calls a function of the program


def on_call(event):
    if isinstance(event, gdb.InferiorCallPreEvent):
        calling.append(event)
    elif calling:
        calling.pop()


def on_going_on(_):
    if not calling:
        showing.hide()


showing = Showing()
register_unwinder(None, showing, replace=True)
TitleFilter()
InfoGoroutines()
Goroutine()
gdb.events.cont.connect(on_going_on)
gdb.events.exited.connect(on_going_on)
gdb.events.inferior_call.connect(on_call)
