/** Scenes a second, at most. */

import { ceil, max, min } from "./geometry.js";

export const FASTEST = 16;

/** At full speed a long calculation shows several scenes at once, and ends in so many turns. */
const MOST_TURNS = 400;

/** Which scene is shown, and when the next one comes. It knows no page, and is told the time. */
export class Player {
  /**
   * @param {number} count how many scenes there are
   * @param {(scene: number) => void} show called with the scene to be shown; `count`: all is shown
   */
  constructor(count, show) {
    Object.assign(this, { count, show, scene: -1, isPlaying: false, speed: 2, due: 0 });
  }

  /** Whether a scene is shown; before the first and after the last all of the calculation is. */
  get isOn() {
    return this.scene >= 0 && this.scene < this.count;
  }

  /** Show a scene; one beyond the last ends. @param {number} scene */
  goTo(scene) {
    this.scene = min(this.count, max(0, scene));
    if (this.scene === this.count) this.isPlaying = false;
    this.show(this.scene);
  }

  /** Go on by some scenes, or back; it stops playing. @param {number} scenes */
  step(scenes) {
    this.isPlaying = false;
    const isOver = this.scene === this.count;
    this.goTo(isOver && scenes > 0 ? 0 : this.scene + scenes);
  }

  /** Play on from here, or from the start where it is over. @param {number} now in milliseconds */
  play(now) {
    if (this.count === 0) return;
    this.isPlaying = true;
    this.due = now + 1000 / this.speed;
    this.goTo(this.scene === this.count ? 0 : this.scene);
  }

  pause() {
    this.isPlaying = false;
  }

  /** End: all of the calculation is shown. */
  end() {
    this.isPlaying = false;
    this.scene = -1;
    this.show(this.count);
  }

  /** Go on where the time has come. @param {number} now */
  tick(now) {
    if (!this.isPlaying || now < this.due) return;
    const apart = 1000 / this.speed;
    // What was missed, as in a hidden tab, is not made up for.
    this.due = now - this.due > apart ? now + apart : this.due + apart;
    const isFull = this.speed === FASTEST;
    this.goTo(this.scene + (isFull ? ceil(this.count / MOST_TURNS) : 1));
  }
}
