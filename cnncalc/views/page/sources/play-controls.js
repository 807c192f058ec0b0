import { isTyping, make, makeButton } from "./elements.js";
import { expandRuns } from "./play.js";
import { Player, SPEEDS } from "./player.js";

/**
 * Playing a calculation: what is not there yet is hidden, and comes scene by scene.
 */
class PlayBar {
  constructor(store, view) {
    this.store = store;
    this.view = view;
    this.flow = null;
    this.back = makeButton("‹", "One step back (,)", () => this.step(-1));
    this.toggle = makeButton("▶ Play", "Play (space)", () => this.press(), { class: "primary" });
    this.next = makeButton("›", "One step on (.)", () => this.step(1));
    this.stop = makeButton("✕", "Show all of it (Esc)", () => this.player.end());
    this.progress = make("input", {
      type: "range",
      min: "0",
      value: "0",
      class: "progress",
      "aria-label": "how far it has played",
      oninput: () => this.#seek(),
    });
    this.speed = make(
      "select",
      { "aria-label": "speed", title: "Speed", onchange: () => this.#choose() },
      ...SPEEDS.map((speed) => make("option", { value: speed, text: `${speed}×` })),
    );
    this.text = make("output", { class: "play-text" });
    view
      .slot("play")
      .append(this.back, this.toggle, this.next, this.progress, this.speed, this.stop, this.text);
    this.speed.value = "2";
    this.refresh();
  }

  /** Take the scenes of the flow that is shown now. */
  refresh() {
    if (this.flow === this.store.flow) return;
    this.flow = this.store.flow;
    this.scenes = [...expandRuns(this.flow)];
    const speed = this.player?.speed;
    this.player = new Player(this.scenes.length, (scene) => this.#show(scene));
    if (speed) this.player.speed = speed;
    this.turns = this.#turns();
    this.progress.max = String(this.scenes.length);
    this.view.showScene(null);
    this.#draw();
  }

  /** Return when each cell that is calculated appears: by slice, by row and column, or at once. */
  #turns() {
    const turns = new Map();
    this.scenes.forEach((scene, turn) => {
      for (const slice of scene.slices) {
        if (scene.isCell) {
          if (!turns.has(slice)) turns.set(slice, new Map());
          turns.get(slice).set(scene.row * 65536 + scene.column, turn);
        } else turns.set(slice, turn);
      }
    });
    return turns;
  }

  #isHidden(slice, row, column) {
    const turn = this.turns.get(slice);
    const own = turn instanceof Map ? turn.get(row * 65536 + column) : turn;
    return own !== undefined && own > this.player.scene;
  }

  #show(number) {
    const scene = this.scenes[number] ?? null;
    this.view.showScene(
      scene,
      scene && ((slice, row, column) => this.#isHidden(slice, row, column)),
    );
    this.#draw();
    if (this.player.isPlaying) this.#wait();
  }

  #wait() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame((now) => {
      this.player.tick(now);
      if (this.player.isPlaying) this.#wait();
    });
  }

  #draw() {
    const { player } = this;
    this.toggle.textContent = player.isPlaying
      ? "❚❚ Pause"
      : this.view.isCalm
        ? "▶ Step"
        : "▶ Play";
    this.toggle.setAttribute("aria-pressed", String(player.isPlaying));
    this.progress.value = String(
      player.isOn ? player.scene + 1 : player.scene < 0 ? 0 : player.count,
    );
    this.progress.style.setProperty(
      "--share",
      `${(100 * Number(this.progress.value)) / Math.max(1, player.count)}%`,
    );
    this.speed.hidden = this.view.isCalm;
    this.stop.hidden = !player.isOn;
    const scene = this.scenes[player.scene];
    const title = scene ? this.flow.stages[scene.stage].title : "";
    const text = scene ? `${player.scene + 1} of ${player.count} · ${title}` : "";
    this.text.textContent = text;
    this.progress.setAttribute("aria-valuetext", text || "all of it");
  }

  /** Play or pause; where nothing should move by itself, go one step on. */
  press() {
    if (this.view.isCalm) this.player.step(1);
    else if (this.player.isPlaying) this.pause();
    else this.player.play(performance.now());
  }

  step(scenes) {
    this.player.step(scenes);
    this.#draw();
  }

  pause() {
    if (!this.player.isPlaying) return;
    this.player.pause();
    this.#draw();
  }

  #seek() {
    this.player.pause();
    const place = Number(this.progress.value);
    if (place === 0) this.player.end();
    else this.player.goTo(place - 1);
  }

  #choose() {
    this.player.speed = Number(this.speed.value);
  }

  /** Work by keys; says whether it took one. */
  key(event) {
    const moves = {
      ".": 1,
      ",": -1,
      ...(this.player.isOn ? { ArrowRight: 1, ArrowLeft: -1 } : {}),
    };
    if (event.key === " ") this.press();
    else if (event.key in moves) this.step(moves[event.key]);
    else if (event.key === "Escape" && this.player.isOn) this.player.end();
    else return false;
    return true;
  }
}

/** Let a calculation play. */
export function setupPlay(store, view) {
  const bar = new PlayBar(store, view);
  store.changes(() => bar.refresh());
  view.root.addEventListener("pointerdown", () => bar.pause());
  document.addEventListener(
    "keydown",
    (event) => {
      const isButton = event.key === " " && event.target.closest?.("button, summary, a");
      if (isTyping(event) || isButton || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!bar.key(event)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );
}
