import { isTyping, make, makeButton } from "./elements.js";
import { FIRST_SPEED, Player, SPEEDS } from "./player.js";
import { expandRuns } from "./scenes.js";

/** Playing a calculation: what is not there yet is hidden, and comes scene by scene. */
class PlayBar {
  constructor(store, view) {
    Object.assign(this, { store, view, flow: null, speed: FIRST_SPEED });
    this.back = makeButton("‹", "One step back (,)", () => this.player.step(-1));
    this.toggle = makeButton("▶ Play", "Play (space)", () => this.press(), { class: "primary" });
    this.next = makeButton("›", "One step on (.)", () => this.player.step(1));
    this.stop = makeButton("✕", "Show all of it (Esc)", () => this.player.end());
    this.progress = make("input", {
      type: "range",
      min: 0,
      class: "progress",
      "aria-label": "how far it has played",
      oninput: () => this.seek(Number(this.progress.value)),
    });
    this.speeds = make("select", { "aria-label": "speed", title: "Speed" });
    for (const speed of SPEEDS) {
      this.speeds.append(make("option", { value: speed, text: `${speed / FIRST_SPEED}×` }));
    }
    this.speeds.value = String(FIRST_SPEED);
    this.speeds.addEventListener("change", () => (this.player.speed = Number(this.speeds.value)));
    this.text = make("output", { class: "play-text" });
    const way = make("span", { class: "play-way" }, this.progress, this.text);
    this.place = view.slot("play");
    this.place.append(this.back, this.toggle, this.next, way, this.speeds, this.stop);
    this.load();
  }

  /** Take the scenes of the flow that is shown now. */
  load() {
    this.flow = this.store.flow;
    this.scenes = [...expandRuns(this.flow)];
    this.player = new Player(this.scenes.length, (scene) => this.show(scene));
    this.player.speed = Number(this.speeds.value);
    this.turns = turnsOf(this.scenes);
    this.progress.max = String(this.scenes.length);
    if (this.view.hidden !== null) this.view.showScene(null);
    this.place.hidden = this.scenes.length === 0 || Boolean(this.store.document.worksheet);
    this.draw();
  }

  isHidden(slice, row, column) {
    const turns = this.turns.get(slice);
    const turn = turns?.get(`${row},${column}`) ?? turns?.get("all");
    return turn !== undefined && turn > this.player.scene;
  }

  show(number) {
    const scene = this.scenes[number] ?? null;
    this.view.showScene(scene, scene && ((...cell) => this.isHidden(...cell)));
    this.draw();
    if (this.player.isPlaying) this.wait();
  }

  wait() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame((now) => {
      this.player.tick(now);
      if (this.player.isPlaying) this.wait();
    });
  }

  draw() {
    const { player, flow } = this;
    const isCalm = this.view.isCalm;
    this.toggle.textContent = player.isPlaying ? "❚❚ Pause" : isCalm ? "▶ Step" : "▶ Play";
    this.speeds.hidden = isCalm;
    this.stop.disabled = !player.isOn;
    this.progress.value = String(player.isOn ? player.scene + 1 : Math.max(0, player.scene));
    const scene = this.scenes[player.scene];
    const title = scene && flow.stages[scene.stage].title;
    const text = scene
      ? `${player.scene + 1} of ${player.count.toLocaleString("en")} · ${title}`
      : "all is shown";
    // While it plays by itself, nobody could listen to every step.
    this.text.setAttribute("aria-live", player.isPlaying ? "off" : "polite");
    this.text.textContent = text;
    this.progress.setAttribute("aria-valuetext", text);
  }

  /** Play or pause; where nothing should move by itself, go one step on. */
  press() {
    if (this.view.isCalm) this.player.step(1);
    else if (this.player.isPlaying) this.pause();
    else this.player.play(performance.now());
  }

  pause() {
    this.player.pause();
    this.draw();
  }

  seek(place) {
    this.player.pause();
    if (place === 0) this.player.end();
    else this.player.goTo(place - 1);
  }

  /** Do what a key says; tell whether it says anything. */
  takes({ key }) {
    const { player, store } = this;
    const isEntry = !player.isOn && store.selection !== null && store.isInput(store.selection);
    const moves = player.isOn
      ? { ".": 1, ",": -1, ArrowRight: 1, ArrowLeft: -1 }
      : { ".": 1, ",": -1 };
    if (key === " ") this.press();
    else if (key in moves && !isEntry) player.step(moves[key]);
    else if (key === "Escape" && player.isOn) player.end();
    else return false;
    return true;
  }
}

/** Return when each cell appears: by its slice, and there by its row and column, or all at once. */
function turnsOf(scenes) {
  const turns = new Map();
  scenes.forEach(({ slices, row, column, isCell }, turn) => {
    for (const slice of slices) {
      if (!turns.has(slice)) turns.set(slice, new Map());
      turns.get(slice).set(isCell ? `${row},${column}` : "all", turn);
    }
  });
  return turns;
}

/** Let a calculation play. */
export function setupPlay(store, view) {
  const bar = new PlayBar(store, view);
  const take = (event) => {
    const isSlider = event.key.startsWith("Arrow") && event.target.matches("input");
    const isPress = isSlider || (event.key === " " && event.target.closest("button, summary, a"));
    if (isTyping(event) || isPress || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!bar.takes(event)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  store.changes(({ kind }) => kind === "flow" && bar.load());
  view.root.addEventListener("pointerdown", () => bar.pause());
  document.addEventListener("keydown", take, true);
}
