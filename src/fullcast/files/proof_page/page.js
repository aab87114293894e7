"use strict";

/* The proof of a book: its text lights up as it is heard, lines are marked to be recorded anew.
   Everything from the book is put into the page as text, never as markup. */

const WORDS = {
  en: {
    skip: "Skip to the text", proof: "Proof", speaker: "Speaker", show: "Show", everyone: "Everyone",
    all: "Everything", found: "Findings", marked: "Retakes", labels: "Audacity labels", theme: "Dark or light",
    chapters: "Chapters", line: "Line", finding: "Next finding", rate: "Speed", keys: "Keys", close: "Close",
    retakes: "Retake list", mark: "Retake", unmark: "Marked: retake", hear: "Hear it", note: "Note",
    noteHint: "What is wrong? It goes into the list.", none: "Choose a line to see what is known of it.",
    voice: "Voice", time: "Time", id: "Id", taken: "Retakes so far", player: "Player", wave: "Waveform, choose a place",
    before: "Line before", play: "Play or pause", after: "Next line", unkept: "This browser keeps no marks for pages from disk: export the list before you leave.",
    nothing: "There is no audio of this chapter.", noFinding: "No finding in this chapter.", other: "中文", otherName: "中文",
    k_play: "play or pause", k_line: "next and previous line", k_hear: "hear the chosen line", k_find: "next finding, previous with shift",
    k_mark: "mark for a retake", k_note: "write a note", k_chapter: "previous and next chapter", k_help: "these keys",
  },
  zh: {
    skip: "跳到正文", proof: "审听", speaker: "角色", show: "显示", everyone: "所有人",
    all: "全部", found: "有问题的", marked: "要重录的", labels: "Audacity 标签", theme: "深色或浅色",
    chapters: "章节", line: "台词", finding: "下一个问题", rate: "速度", keys: "快捷键", close: "关闭",
    retakes: "重录清单", mark: "重录", unmark: "已标记重录", hear: "播放", note: "备注",
    noteHint: "哪里不对？会写进清单。", none: "选一句台词，查看它的信息。",
    voice: "声音", time: "时间", id: "编号", taken: "已重录次数", player: "播放器", wave: "波形，选择位置",
    before: "上一句", play: "播放或暂停", after: "下一句", unkept: "此浏览器不保存本地页面的标记：离开前请导出清单。",
    nothing: "本章没有音频。", noFinding: "本章没有问题。", other: "English", otherName: "English",
    k_play: "播放或暂停", k_line: "下一句、上一句", k_hear: "播放选中的台词", k_find: "下一个问题，加 Shift 为上一个",
    k_mark: "标记重录", k_note: "写备注", k_chapter: "上一章、下一章", k_help: "显示快捷键",
  },
};

const KEYS = [
  ["Space", "k_play"], ["J K ↓ ↑", "k_line"], ["Enter", "k_hear"], ["F", "k_find"],
  ["R", "k_mark"], ["N", "k_note"], ["[ ]", "k_chapter"], ["?", "k_help"],
];

const COLOURS = 9;
const BOOK = window.BOOK;
const STORE = `fullcast-proof:${BOOK.key}`;

const at = (id) => document.getElementById(id);
const audio = at("audio");
const state = {
  language: BOOK.language.toLowerCase().startsWith("zh") ? "zh" : "en",
  chapter: null, line: null, now: null, marks: {}, speaker: "", kind: "all", keeps: true, loading: {},
};

const say = (key) => WORDS[state.language][key];

/* Marks: kept by the browser where it keeps anything for pages from disk. */

function readMarks() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE) || "{}");
    state.marks = kept.marks || {};
    if (kept.language in WORDS) state.language = kept.language;
    if (kept.theme) document.documentElement.dataset.theme = kept.theme;
    localStorage.setItem(STORE, JSON.stringify(kept));
  } catch {
    state.keeps = false;
  }
}

function keepMarks() {
  const kept = { marks: state.marks, language: state.language, theme: document.documentElement.dataset.theme };
  try {
    localStorage.setItem(STORE, JSON.stringify(kept));
  } catch {
    state.keeps = false;
  }
  at("note").hidden = state.keeps;
}

function markOf(line) {
  const mark = state.marks[line.id];
  return mark && mark.at >= line.retake ? mark : null;
}

function toggleMark(line) {
  if (markOf(line)) delete state.marks[line.id];
  else setMark(line, "");
  keepMarks();
  showLine();
  paintMarks();
}

function setMark(line, note) {
  const chapter = state.chapter;
  state.marks[line.id] = {
    at: line.retake, note, chapter: chapter.number, start: line.start, end: line.end,
    text: `${line.speaker}: ${line.text}`,
  };
}

/* Chapters: each comes from a script of its own when it is first wanted. */

window.CHAPTER = (chapter) => {
  const waiting = state.loading[chapter.number];
  if (waiting) waiting(chapter);
};

function load(number) {
  return new Promise((done) => {
    state.loading[number] = done;
    const script = document.createElement("script");
    script.src = BOOK.chapters.find((chapter) => chapter.number === number).script;
    document.head.append(script);
  });
}

async function openChapter(number, line) {
  const chapter = await load(number);
  chapter.peaks = Uint8Array.from(atob(chapter.peaks), (sign) => sign.charCodeAt(0));
  audio.pause();
  Object.assign(state, { chapter, line: null, now: null });
  audio.src = chapter.audio;
  audio.playbackRate = Number(at("rate").value);
  showChapters();
  showText();
  choose(line || chapter.lines[0], { scroll: Boolean(line) });
  follow();
  document.title = `${chapter.title} – ${BOOK.title}`;
}

/* Text */

const element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

function colourOf(speaker) {
  const place = BOOK.speakers.indexOf(speaker);
  return place <= 0 ? 0 : 1 + ((place - 1) % (COLOURS - 1));
}

function showText() {
  const main = at("text");
  const parts = [];
  let paragraph = null;
  let block = null;
  let scene = null;
  for (const line of state.chapter.lines) {
    if (line.paragraph !== paragraph) {
      if (scene !== null && scene > 0 && line.scene > scene) parts.push(element("hr"));
      scene = Math.max(scene ?? line.scene, line.scene);
      block = element(line.kind === "title" ? "h3" : "p");
      paragraph = line.paragraph;
      parts.push(block);
    }
    block.append(lineElement(line), " ");
  }
  main.replaceChildren(...parts);
  paintMarks();
}

function lineElement(line) {
  const spoken = element("span", `spoken c${colourOf(line.speaker)}`);
  spoken.id = `l-${line.id}`;
  if (line.kind === "quotation") spoken.append(element("span", "who", line.speaker));
  if (line.findings.length) spoken.classList.add("found");
  let done = 0;
  const signs = Array.from(line.text);
  line.parts = line.words.map(([start, end, begins, ends]) => {
    spoken.append(signs.slice(done, start).join(""));
    const word = element("span", "", signs.slice(start, end).join(""));
    spoken.append(word);
    done = end;
    return { word, begins, ends };
  });
  spoken.append(signs.slice(done).join(""));
  spoken.addEventListener("click", () => { choose(line); playFrom(line); });
  line.element = spoken;
  return spoken;
}

function wanted(line) {
  if (state.speaker && line.speaker !== state.speaker) return false;
  if (state.kind === "found") return line.findings.length > 0;
  if (state.kind === "marked") return Boolean(markOf(line));
  return true;
}

function paintMarks() {
  if (!state.chapter) return;
  for (const line of state.chapter.lines) {
    line.element.classList.toggle("marked", Boolean(markOf(line)));
    line.element.classList.toggle("hidden-line", !wanted(line));
  }
  const count = Object.keys(state.marks).length;
  at("retakes").textContent = `${say("retakes")} (${count})`;
}

/* The chosen line */

function choose(line, { scroll = true } = {}) {
  if (!line) return;
  state.line?.element?.classList.remove("chosen");
  state.line = line;
  line.element.classList.add("chosen");
  if (scroll) line.element.scrollIntoView({ block: "center" });
  showLine();
}

function showLine() {
  const box = at("line");
  const line = state.line;
  if (!line) {
    box.replaceChildren(element("p", "empty", say("none")));
    return;
  }
  const facts = element("dl");
  const tell = (name, value, className) => facts.append(element("dt", "", name), element("dd", className, value));
  tell(say("speaker"), line.speaker, `c${colourOf(line.speaker)}`);
  tell(say("voice"), line.voice);
  tell(say("time"), `${clock(line.start)} – ${clock(line.end)}`);
  tell(say("taken"), String(line.retake));
  tell(say("id"), line.id);
  const findings = element("ul");
  for (const [, message, severity] of line.findings) findings.append(element("li", severity, message));
  const actions = element("div", "actions");
  const hear = element("button", "", say("hear"));
  hear.type = "button";
  hear.addEventListener("click", () => playFrom(line));
  const mark = markOf(line);
  const retake = element("button", "", say(mark ? "unmark" : "mark"));
  retake.type = "button";
  retake.id = "mark";
  retake.setAttribute("aria-pressed", String(Boolean(mark)));
  retake.addEventListener("click", () => toggleMark(line));
  actions.append(hear, retake);
  box.replaceChildren(facts, findings, actions, noteField(line, mark));
}

function noteField(line, mark) {
  const label = element("label", "", say("note"));
  const field = element("textarea");
  field.id = "notefield";
  field.placeholder = say("noteHint");
  field.value = mark ? mark.note : "";
  field.addEventListener("input", () => {
    setMark(line, field.value);
    keepMarks();
    paintMarks();
    const button = at("mark");
    button.textContent = say("unmark");
    button.setAttribute("aria-pressed", "true");
  });
  label.append(field);
  return label;
}

function step(by) {
  const lines = state.chapter.lines;
  let place = lines.indexOf(state.line) + by;
  while (lines[place] && !wanted(lines[place])) place += by;
  if (lines[place]) choose(lines[place]);
}

function nextFinding(by = 1) {
  const lines = state.chapter.lines;
  for (let place = lines.indexOf(state.line) + by; place >= 0 && place < lines.length; place += by) {
    if (lines[place].findings.length && wanted(lines[place])) return choose(lines[place]);
  }
  const later = BOOK.chapters.find((chapter) => chapter.number > state.chapter.number && chapter.findings > 0);
  if (by > 0 && later) return openChapter(later.number).then(() => {
    if (!state.line.findings.length) nextFinding();
  });
  return tellNote(say("noFinding"));
}

function tellNote(text) {
  const note = at("note");
  note.textContent = text;
  note.hidden = false;
  setTimeout(() => {
    note.textContent = say("unkept");
    note.hidden = state.keeps;
  }, 4000);
}

/* Player */

function playFrom(line) {
  seek(line.start);
  audio.play();
}

function seek(time) {
  if (audio.readyState >= 1) {
    audio.currentTime = time;
    follow();
  } else {
    audio.addEventListener("loadedmetadata", () => { audio.currentTime = time; follow(); }, { once: true });
  }
}

function toggle() {
  if (audio.paused) audio.play();
  else audio.pause();
}

function lineAt(time) {
  const lines = state.chapter.lines;
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lines[middle].start <= time) low = middle;
    else high = middle - 1;
  }
  const line = lines[low];
  return line && time >= line.start && time < line.end ? line : null;
}

function follow() {
  if (!state.chapter) return;
  const time = audio.currentTime;
  const line = lineAt(time);
  if (line !== state.now) {
    state.now?.element.classList.remove("now");
    state.now = line;
    if (line) {
      line.element.classList.add("now");
      if (!audio.paused) choose(line);
    }
  }
  for (const part of document.querySelectorAll(".said")) part.classList.remove("said");
  const part = line?.parts.find((one) => time >= one.begins && time < one.ends);
  part?.word.classList.add("said");
  at("clock").textContent = `${clock(time)} / ${clock(state.chapter.duration)}`;
  drawWave();
  if (!audio.paused) requestAnimationFrame(follow);
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  const rest = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

function drawWave() {
  const canvas = at("wave");
  const { chapter } = state;
  if (!chapter) return;
  const scale = window.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.clientWidth * scale));
  const height = Math.max(1, Math.round(canvas.clientHeight * scale));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  const colours = getComputedStyle(document.documentElement);
  const colour = (name) => colours.getPropertyValue(name);
  const lane = Math.round(8 * scale);
  const middle = (height - lane) / 2;
  const reached = (audio.currentTime / chapter.duration) * width;
  pen.clearRect(0, 0, width, height);
  for (let x = 0; x < width; x += 1) {
    const first = Math.floor((x / width) * chapter.peaks.length);
    const last = Math.max(first + 1, Math.floor(((x + 1) / width) * chapter.peaks.length));
    let peak = 0;
    for (let place = first; place < last; place += 1) peak = Math.max(peak, chapter.peaks[place] || 0);
    const half = Math.max(scale / 2, (peak / 255) * middle * 0.96);
    pen.fillStyle = colour(x < reached ? "--accent" : "--wave");
    pen.fillRect(x, middle - half, 1, 2 * half);
  }
  for (const line of chapter.lines) {
    const from = (line.start / chapter.duration) * width;
    const to = (line.end / chapter.duration) * width;
    pen.fillStyle = colour(`--s${colourOf(line.speaker)}`);
    pen.fillRect(from, height - lane + 2 * scale, Math.max(1, to - from), lane - 3 * scale);
    if (line.findings.length || markOf(line)) {
      pen.fillStyle = colour(markOf(line) ? "--wrong" : "--warn");
      pen.fillRect(from, 0, Math.max(2 * scale, to - from), 3 * scale);
    }
  }
  pen.fillStyle = colour("--ink");
  pen.fillRect(reached, 0, Math.max(1, scale), height - lane);
  canvas.setAttribute("aria-valuemax", String(Math.round(chapter.duration)));
  canvas.setAttribute("aria-valuenow", String(Math.round(audio.currentTime)));
  canvas.setAttribute("aria-valuetext", clock(audio.currentTime));
}

/* Lists to hand on */

function retakeList() {
  const lines = [`# fullcast retakes: ${oneLine(BOOK.title)}`];
  const marks = Object.entries(state.marks).sort(([, a], [, b]) => a.chapter - b.chapter || a.start - b.start);
  for (const [id, mark] of marks) {
    lines.push(`# ${mark.chapter}, ${clock(mark.start)}: ${oneLine(mark.text)}`);
    lines.push(`${id} ${mark.at} | ${oneLine(mark.note)}`.trimEnd());
  }
  return `${lines.join("\n")}\n`;
}

function labelTrack() {
  const number = state.chapter.number;
  return Object.values(state.marks)
    .filter((mark) => mark.chapter === number)
    .sort((a, b) => a.start - b.start)
    .map((mark) => `${mark.start.toFixed(6)}\t${mark.end.toFixed(6)}\t${oneLine(mark.note || mark.text)}\n`)
    .join("");
}

const oneLine = (text) => text.split(/\s+/u).join(" ").trim();

function download(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}

/* The frame of the page */

function showChapters() {
  at("chapters").replaceChildren(...BOOK.chapters.map((chapter) => {
    const item = element("li");
    const button = element("button");
    button.type = "button";
    button.append(element("span", "", chapter.title));
    if (chapter.findings) button.append(element("span", "badge", `⚠ ${chapter.findings}`));
    button.setAttribute("aria-current", String(chapter.number === state.chapter?.number));
    button.addEventListener("click", () => openChapter(chapter.number));
    item.append(button);
    return item;
  }));
}

function fill(select, entries) {
  const before = select.value;
  select.replaceChildren(...entries.map(([value, text]) => {
    const option = element("option", "", text);
    option.value = value;
    return option;
  }));
  if (entries.some(([value]) => value === before)) select.value = before;
}

function speak() {
  document.documentElement.lang = state.language;
  for (const part of document.querySelectorAll("[data-say]")) part.textContent = say(part.dataset.say);
  for (const part of document.querySelectorAll("[data-label]")) part.setAttribute("aria-label", say(part.dataset.label));
  at("wave").setAttribute("aria-label", say("wave"));
  at("help").setAttribute("aria-label", say("keys"));
  document.querySelector(".player").setAttribute("aria-label", say("player"));
  at("language").textContent = say("other");
  at("note").textContent = say("unkept");
  fill(at("speaker"), [["", say("everyone")], ...BOOK.speakers.map((name) => [name, name])]);
  fill(at("kind"), [["all", say("all")], ["found", say("found")], ["marked", say("marked")]]);
  at("keylist").replaceChildren(...KEYS.flatMap(([keys, words]) => {
    const term = element("dt");
    for (const key of keys.split(" ")) term.append(element("kbd", "", key), " ");
    return [term, element("dd", "", say(words))];
  }));
  showLine();
  paintMarks();
}

function switchTheme() {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  keepMarks();
  drawWave();
}

const ACTIONS = {
  " ": toggle, j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1),
  Enter: () => playFrom(state.line), f: () => nextFinding(1), F: () => nextFinding(-1),
  r: () => toggleMark(state.line), n: () => at("notefield")?.focus(), "?": () => at("keys").showModal(),
  "[": () => neighbour(-1), "]": () => neighbour(1),
};

async function neighbour(by) {
  const place = BOOK.chapters.findIndex((chapter) => chapter.number === state.chapter.number) + by;
  if (!BOOK.chapters[place]) return false;
  await openChapter(BOOK.chapters[place].number);
  return true;
}

function onKey(event) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || at("keys").open) return;
  const own = event.target.closest("button, select, textarea, input, a, [role=slider]");
  if (own?.matches("textarea, input, select")) {
    if (event.key === "Escape") own.blur();
    return;
  }
  if (own && (event.key === " " || event.key === "Enter")) return;
  if (own?.matches("[role=slider]") && event.key.startsWith("Arrow")) return;
  const act = ACTIONS[event.key];
  if (!act || !state.chapter) return;
  event.preventDefault();
  act();
}

function onWaveKey(event) {
  const by = { ArrowLeft: -5, ArrowRight: 5, ArrowUp: 5, ArrowDown: -5 }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  seek(Math.min(state.chapter.duration, Math.max(0, audio.currentTime + by)));
}

function connect() {
  at("play").addEventListener("click", toggle);
  at("before").addEventListener("click", () => { step(-1); playFrom(state.line); });
  at("after").addEventListener("click", () => { step(1); playFrom(state.line); });
  at("finding").addEventListener("click", () => nextFinding(1));
  at("help").addEventListener("click", () => at("keys").showModal());
  at("theme").addEventListener("click", switchTheme);
  at("language").addEventListener("click", () => {
    state.language = state.language === "en" ? "zh" : "en";
    keepMarks();
    speak();
  });
  at("speaker").addEventListener("change", (event) => { state.speaker = event.target.value; paintMarks(); });
  at("kind").addEventListener("change", (event) => { state.kind = event.target.value; paintMarks(); });
  at("rate").addEventListener("change", (event) => { audio.playbackRate = Number(event.target.value); });
  at("retakes").addEventListener("click", () => download("retakes.txt", retakeList()));
  at("labels").addEventListener("click", () => download(`labels-${state.chapter.number}.txt`, labelTrack()));
  const wave = at("wave");
  wave.addEventListener("click", (event) => seek((event.offsetX / wave.clientWidth) * state.chapter.duration));
  wave.addEventListener("keydown", onWaveKey);
  audio.addEventListener("play", () => { at("play").classList.add("playing"); follow(); });
  audio.addEventListener("pause", () => { at("play").classList.remove("playing"); follow(); });
  audio.addEventListener("seeked", follow);
  audio.addEventListener("ended", async () => { if (await neighbour(1)) audio.play(); });
  audio.addEventListener("error", () => tellNote(say("nothing")));
  document.addEventListener("keydown", onKey);
  window.addEventListener("resize", drawWave);
}

function start() {
  const dark = window.matchMedia?.("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  if (navigator.language?.toLowerCase().startsWith("zh")) state.language = "zh";
  readMarks();
  at("text").lang = BOOK.language;
  at("title").textContent = BOOK.author ? `${BOOK.title} – ${BOOK.author}` : BOOK.title;
  connect();
  speak();
  at("note").hidden = state.keeps;
  openChapter(BOOK.chapters[0].number);
}

start();
