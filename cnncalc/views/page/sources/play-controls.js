// Playing a calculation: what is not there yet is hidden, and comes scene by scene.

import { byId, isCommand, isTyping, listen, onPress, stop } from "./elements.js";
import { max } from "./geometry.js";
import { Player } from "./player.js";
import { expandRuns } from "./scenes.js";

const STEPS = { ".": 1, ",": -1 };
const STEPS_WHILE_PLAYING = { ...STEPS, ArrowRight: 1, ArrowLeft: -1 };

class PlayBar {
  constructor(store, view) {
    Object.assign(this, { store, view });
    [this.toggle, this.progress] = ["play-pause", "progress"].map(byId);
    [this.speeds, this.text] = ["speeds", "play-text"].map(byId);
    onPress({
      "step-back": () => this.player.step(-1),
      "play-pause": () => this.press(),
      "step-on": () => this.player.step(1),
      "play-end": () => this.player.end(),
    });
    listen(this.progress, { input: () => this.seek(Number(this.progress.value)) });
    listen(this.speeds, { change: () => this.setSpeed() });
    this.load();
  }

  /** Take the scenes of the flow that is shown now. */
  load() {
    if (this.player?.isOn) this.view.showScene(null);
    this.scenes = [...expandRuns(this.store.flow)];
    this.player = new Player(this.scenes.length, (scene) => this.show(scene));
    this.setSpeed();
    this.turns = null;
    this.progress.max = this.scenes.length;
    byId("play").hidden = !this.scenes.length || Boolean(this.store.document.worksheet);
    this.draw();
  }

  setSpeed() {
    this.player.speed = Number(this.speeds.value);
  }

  show(number) {
    const scene = this.scenes[number] ?? null;
    this.turns ??= turnsOf(this.scenes);
    const isHidden = (slice, row, column) => {
      const turns = this.turns.get(slice);
      return (turns?.get(`${row},${column}`) ?? turns?.get(row)) > number;
    };
    this.view.showScene(scene, scene ? isHidden : undefined);
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
    const { player, progress, text } = this;
    const { isCalm } = this.view;
    const scene = this.scenes[player.scene];
    const said = scene
      ? `${player.scene + 1} of ${player.count.toLocaleString("en")} · ${this.store.flow.stages[scene.stage].title}`
      : "all is shown";
    this.toggle.textContent = player.isPlaying ? "❚❚ Pause" : isCalm ? "▶ Step" : "▶ Play";
    this.speeds.hidden = isCalm;
    byId("play-end").disabled = !player.isOn;
    progress.value = player.isOn ? player.scene + 1 : max(0, player.scene);
    progress.ariaValueText = said;
    // While it plays by itself, nobody could listen to every step.
    text.ariaLive = player.isPlaying ? "off" : "polite";
    text.textContent = said;
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
    const { player, store, keyBefore } = this;
    this.keyBefore = key;
    // The point of 2.5 belongs to the number, wherever that is typed.
    const isNumber = /^\d$/.test(keyBefore) || (store.selection && store.isInput(store.selection));
    const isEntry = !player.isOn && store.selection && isNumber;
    const steps = player.isOn ? STEPS_WHILE_PLAYING : STEPS;
    if (key === " ") this.press();
    else if (key in steps && !isEntry) player.step(steps[key]);
    else if (key === "Escape" && player.isOn) player.end();
    else return false;
    return true;
  }
}

/** Return when each cell appears: by its slice, and there by its row and column, or by its row. */
function turnsOf(scenes) {
  const turns = new Map();
  scenes.forEach(({ slices, first, row, column, isCell }, turn) => {
    for (const slice of slices) {
      if (!turns.has(slice)) turns.set(slice, new Map());
      for (let at = first; at <= row; at += 1)
        turns.get(slice).set(isCell ? `${at},${column}` : at, turn);
    }
  });
  return turns;
}

/** Let a calculation play. */
export function setupPlay(store, view) {
  const bar = new PlayBar(store, view);
  const keydown = (event) => {
    const { key, target } = event;
    const isSlider = key.startsWith("Arrow") && target.matches("input");
    const isPress = key === " " && target.closest("button, summary, a");
    if (isTyping(event) || isSlider || isPress || isCommand(event) || !bar.takes(event)) return;
    stop(event);
  };
  store.changes(({ kind }) => kind === "flow" && bar.load());
  listen(view.root, { pointerdown: () => bar.pause() });
  listen(document, { keydown }, true);
}
