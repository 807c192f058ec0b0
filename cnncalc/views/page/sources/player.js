/**
 * Which scene is shown, and when the next one comes. It knows no page: it is told the time.
 */

/** Cells a second at the speeds that can be chosen. */
export const SPEEDS = [0.5, 1, 2, 4, 8, 16];

/** How many scenes a second play at first. */
export const FIRST_SPEED = 2;

/** A long calculation plays several scenes at once, so that it ends in this many turns. */
const MOST_TURNS = 400;

export class Player {
  /**
   * @param {number} count how many scenes there are
   * @param {(scene: number) => void} show called with the scene to be shown; `count` once all are over
   */
  constructor(count, show) {
    this.count = count;
    this.show = show;
    this.scene = -1;
    this.isPlaying = false;
    this.speed = FIRST_SPEED;
    this.due = 0;
  }

  /** Whether any scene is shown: before the first and after the last, all of it is. */
  get isOn() {
    return this.scene >= 0 && this.scene < this.count;
  }

  /** How many scenes a turn of play goes on. */
  get stride() {
    return this.speed >= SPEEDS.at(-1) ? Math.max(1, Math.ceil(this.count / MOST_TURNS)) : 1;
  }

  /** Show a scene; one beyond the last ends. @param {number} scene */
  goTo(scene) {
    this.scene = Math.min(this.count, Math.max(0, scene));
    if (this.scene === this.count) this.isPlaying = false;
    this.show(this.scene);
  }

  /** Go on by some scenes, or back; it stops playing. @param {number} scenes */
  step(scenes) {
    this.isPlaying = false;
    const isOver = this.scene >= this.count;
    if (isOver && scenes > 0) return this.goTo(0);
    return this.goTo(isOver ? this.count + scenes : this.scene + scenes);
  }

  /** Play on from here, or from the start where it is over. @param {number} now in milliseconds */
  play(now) {
    if (this.count === 0) return;
    this.isPlaying = true;
    this.due = now + 1000 / this.speed;
    this.goTo(this.scene >= this.count ? 0 : Math.max(0, this.scene));
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
    this.goTo(this.scene + this.stride);
  }
}
