// What is on the page, as a link and as a file, and back.

import { byId, onFile, onPress } from "./elements.js";

const MOST_STATE_BYTES = 20_000_000;

/** Return a title as a file's name: letters, digits and hyphens. */
export function fileName(title) {
  const words = title.normalize("NFKD").match(/[A-Za-z0-9]+/g) ?? ["cnncalc"];
  return `${words.join("-").slice(0, 60).toLowerCase()}.json`;
}

class Share {
  constructor(store, view) {
    Object.assign(this, { store, view });
    // Inside another document a page has no address of its own, and may not save.
    const hidden = location.protocol === "about:";
    [this.field, this.save] = ["link-field", "save"].map(byId);
    byId("link").hidden = hidden;
    Object.assign(this.save, {
      hidden,
      download: fileName(store.document.title),
      title: store.document.worksheet
        ? "Save your answers as .json"
        : "Save the numbers as .json, which cnncalc takes as INPUT",
    });
    onPress({ link: () => this.copy(), save: () => this.fill() });
    onFile(byId("open").lastChild, (file) => this.open(file));
  }

  // A blob: link, though all else on the page is data: links: browsers refuse to save a data link of
  // more than 2 MB, which the numbers of a network have. The page's policy says nothing of what is
  // saved, and the link is made of this page's own numbers, at the press that saves them.
  fill() {
    URL.revokeObjectURL(this.save.href);
    const text = JSON.stringify(this.store.state());
    this.save.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  }

  /** Copy a link to the page as it is now; where a page may not copy, show it. */
  async copy() {
    const { view, field } = this;
    const fragment = this.store.fragment();
    if (fragment === null) {
      view.say("so many numbers have changed that no link can hold them: save them", true);
      return;
    }
    const link = `${location.href.split("#")[0]}#${fragment}`;
    try {
      await navigator.clipboard.writeText(link);
      view.say("The link is copied: whoever opens it sees these numbers.");
    } catch {
      field.hidden = false;
      field.value = link;
      field.select();
      view.say("Copy the link that is marked: Ctrl+C.");
    }
  }

  /** Take the state of a file. */
  async open(file) {
    const refusal =
      file.size > MOST_STATE_BYTES
        ? "this file is too large for saved numbers"
        : this.store.applyState(await file.text());
    this.view.say(refusal || "The saved numbers are on the page.", Boolean(refusal));
  }

  /** Take what the page's address says. */
  follow() {
    const { store, view } = this;
    const text = location.hash.slice(1);
    // It may also be the id of a part of the page.
    if (!text || byId(text)) return;
    const refusal = store.applyFragment(text);
    if (refusal) view.say(refusal, true);
    else if (store.selection) view.select(store.selection);
  }
}

/** Let a state be shared, and take the one of the address. */
export function setupShare(store, view) {
  const share = new Share(store, view);
  addEventListener("hashchange", () => share.follow());
  share.follow();
}
