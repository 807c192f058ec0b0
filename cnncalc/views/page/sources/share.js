import { make, makeButton } from "./elements.js";

/**
 * What is on the page, as a link and as a file, and back.
 */
const MOST_STATE_BYTES = 20_000_000;

/** Return a text as a link that a browser saves. */
export function jsonLink(text) {
  return `data:application/json;charset=utf-8,${encodeURIComponent(text)}`;
}

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
    const title = store.document.title;
    this.link = makeButton("Copy link", "Copy a link to what the page shows now", () =>
      this.copy(),
    );
    this.save = make("a", {
      class: "button",
      role: "button",
      href: "#",
      download: fileName(title),
      text: "Save",
      title: "Save the numbers as .json, which every command of cnncalc takes as its INPUT",
      onclick: () => this.#fill(),
    });
    this.file = make("input", {
      type: "file",
      accept: ".json,application/json",
      class: "unseen",
      onchange: () => this.open(this.file.files[0]),
    });
    const open = make(
      "label",
      { class: "button", title: "Open numbers that were saved" },
      "Open…",
      this.file,
    );
    this.field = make("input", {
      class: "link-field",
      readonly: true,
      hidden: true,
      "aria-label": "link to what the page shows now",
    });
    view.slot("share").append(this.link, this.save, open, this.field);
  }

  #fill() {
    this.save.href = jsonLink(JSON.stringify(this.store.state()));
  }

  /** Put the state into the page's address, and copy that. */
  async copy() {
    const fragment = this.store.fragment();
    history.replaceState(null, "", fragment ? `#${fragment.replace(/^#/, "")}` : "#");
    try {
      await navigator.clipboard.writeText(location.href);
      this.notices.say("The link is copied: whoever opens it sees these numbers.");
    } catch {
      this.#show();
    }
  }

  /** Where a page may not copy, the link is there to be copied by hand. */
  #show() {
    this.field.hidden = false;
    this.field.value = location.href;
    this.field.select();
    this.notices.say("Copy the link that is marked: Ctrl+C.");
  }

  /** Take the state of a file. */
  async open(file) {
    this.file.value = "";
    if (!file) return;
    const refusal =
      file.size > MOST_STATE_BYTES
        ? "this file is too large for saved numbers"
        : this.#applied(await file.text());
    if (refusal) this.notices.refuse(refusal);
    else this.notices.say("The saved numbers are on the page.");
  }

  #applied(text) {
    try {
      return this.store.applyState(JSON.parse(text));
    } catch (error) {
      if (error instanceof SyntaxError) return "this file holds no saved numbers";
      throw error;
    }
  }

  /** Take what the page's address says. */
  follow() {
    const text = decodedFragment(location.hash);
    if (!text) return;
    const refusal = this.store.applyFragment(text);
    if (refusal) this.notices.refuse(refusal);
  }
}

/** Return a fragment without # and percent signs, "" where these are broken. */
export function decodedFragment(hash) {
  try {
    return decodeURIComponent(hash.replace(/^#/, ""));
  } catch {
    return "";
  }
}

/** Let a state be shared, and take the one of the address. */
export function setupShare(store, view, notices) {
  const share = new Share(store, view, notices);
  addEventListener("hashchange", () => share.follow());
  share.follow();
}
