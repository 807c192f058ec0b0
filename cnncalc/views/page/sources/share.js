import { make, makeButton, makeChooser } from "./elements.js";

/**
 * What is on the page, as a link and as a file, and back.
 */
const MOST_STATE_BYTES = 20_000_000;

/** Return a title as a file's name: letters, digits and hyphens. */
export function fileName(title) {
  const name = title
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return `${name.slice(0, 60).toLowerCase() || "cnncalc"}.json`;
}

class Share {
  constructor(store, view, notices) {
    Object.assign(this, { store, view, notices });
    const isWorksheet = store.document.worksheet !== null;
    const link = makeButton("Link", "Copy a link to what the page shows now", () => this.copy());
    // Inside another document a page has no address of its own, and may not save.
    const isInside = location.protocol === "about:";
    link.hidden = isInside;
    this.field = make("input", {
      class: "link-field",
      readonly: true,
      hidden: true,
      "aria-label": "link to what the page shows now",
    });
    this.save = make("a", {
      class: "button",
      href: "#",
      hidden: isInside,
      download: fileName(store.document.title),
      text: "Save",
      title: isWorksheet
        ? "Save your answers as .json"
        : "Save the numbers as .json, which cnncalc takes as INPUT",
      onclick: () => this.fill(),
    });
    const open = makeChooser("Open…", "Open numbers that were saved", ".json", (file) =>
      this.open(file),
    );
    view.slot("share").append(link, this.field, this.save, open);
  }

  fill() {
    URL.revokeObjectURL(this.save.href);
    const text = JSON.stringify(this.store.state());
    // Browsers refuse to save a data link of more than 2 MB.
    this.save.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  }

  /** Copy a link to the page as it is now; where a page may not copy, show it. */
  async copy() {
    const fragment = this.store.fragment();
    if (fragment === null) {
      this.notices.refuse("so many numbers have changed that no link can hold them: save them");
      return;
    }
    const link = `${location.href.split("#")[0]}#${fragment}`;
    try {
      await navigator.clipboard.writeText(link);
      this.notices.say("The link is copied: whoever opens it sees these numbers.");
    } catch {
      this.field.hidden = false;
      this.field.value = link;
      this.field.select();
      this.notices.say("Copy the link that is marked: Ctrl+C.");
    }
  }

  /** Take the state of a file. */
  async open(file) {
    const isLarge = file.size > MOST_STATE_BYTES;
    const text = isLarge ? "" : await file.text();
    const refusal = isLarge
      ? "this file is too large for saved numbers"
      : this.store.applyState(text);
    if (refusal) this.notices.refuse(refusal);
    else this.notices.say("The saved numbers are on the page.");
  }

  /** Take what the page's address says. */
  follow() {
    const text = location.hash.slice(1);
    // It may also be the id of a part of the page.
    if (!text || document.getElementById(text)) return;
    const refusal = this.store.applyFragment(text);
    if (refusal) this.notices.refuse(refusal);
    else if (this.store.selection) this.view.select(this.store.selection);
  }
}

/** Let a state be shared, and take the one of the address. */
export function setupShare(store, view, notices) {
  const share = new Share(store, view, notices);
  addEventListener("hashchange", () => share.follow());
  share.follow();
}
