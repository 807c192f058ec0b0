import assert from "node:assert/strict";
import { test } from "node:test";
import { FASTEST, Player } from "../../../cnncalc/views/page/sources/player.js";

function player(count) {
  const shown = [];
  return [new Player(count, (scene) => shown.push(scene)), shown];
}

test("it plays from the first scene to the end, at its speed", () => {
  const [play, shown] = player(3);
  play.play(0);
  for (let now = 0; now <= 2000; now += 100) play.tick(now);
  assert.deepEqual(shown, [0, 1, 2, 3]);
  assert.equal(play.isPlaying, false);
  assert.equal(play.isOn, false);
});

test("it waits between two scenes", () => {
  const [play, shown] = player(3);
  play.play(1000);
  play.tick(1499);
  assert.deepEqual(shown, [0]);
  play.tick(1500);
  assert.deepEqual(shown, [0, 1]);
});

test("after a pause of the whole page it does not rush", () => {
  const [play, shown] = player(100);
  play.play(0);
  play.tick(60_000);
  play.tick(60_001);
  assert.deepEqual(shown, [0, 1]);
});

test("a step stops, goes on and back, and starts again after the end", () => {
  const [play, shown] = player(2);
  play.play(0);
  play.step(1);
  assert.equal(play.isPlaying, false);
  play.step(1);
  play.step(-1);
  play.step(-1);
  play.step(-1);
  assert.deepEqual(shown, [0, 1, 2, 1, 0, 0]);
  play.goTo(2);
  play.step(1);
  assert.equal(shown.at(-1), 0);
});

test("the first step forward shows the first scene, and one back from the start stays there", () => {
  const [forward, seen] = player(2);
  forward.step(1);
  assert.deepEqual(seen, [0]);
  const [back, shown] = player(2);
  back.step(-1);
  assert.deepEqual(shown, [0]);
});

test("a long calculation is over in a bounded number of turns at full speed", () => {
  const [play, shown] = player(50_000);
  play.speed = FASTEST;
  play.play(0);
  for (let turn = 1; play.isPlaying && turn < 1000; turn++) play.tick(turn * 1000);
  assert.equal(shown.at(-1), 50_000);
  assert.ok(shown.length < 500);
});

test("nothing to play does not play, and ending shows all of it", () => {
  const [none, shown] = player(0);
  none.play(0);
  assert.equal(none.isPlaying, false);
  none.end();
  assert.deepEqual(shown, [0]);
});
