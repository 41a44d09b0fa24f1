// Where the reader is: the level, the layer, the unit and the pixel; kept in the address, so that it can be shared.

/** @import { Position } from "./maps.js" */

/**
 * @typedef {object} Place
 * @property {"network" | "layer" | "unit"} level
 * @property {number} value  whose layer it is
 * @property {number} channel  of that value
 * @property {Position} position  in that channel
 * @property {number} from  the input channel whose products are shown
 */

/** @type {Place} */
const START = { level: "network", value: 0, channel: 0, position: [0, 0, 0], from: 0 };

/**
 * Read a place from the hash of an address; what it lacks or has wrong is the start's.
 * @param {string} hash
 * @param {number} values  how many there are
 * @returns {Place}
 */
export function placeOf(hash, values) {
  const [level, query] = hash.replace(/^#/, "").split("?");
  const words = new URLSearchParams(query);
  const whole = (/** @type {string | null | undefined} */ text) => Math.max(0, Math.trunc(Number(text)) || 0);
  const value = whole(words.get("value"));
  if ((level !== "layer" && level !== "unit") || value >= values) return START;
  const [slice, row, column] = (words.get("at") ?? "").split(",");
  return {
    level,
    value,
    channel: whole(words.get("channel")),
    position: [whole(slice), whole(row), whole(column)],
    from: whole(words.get("from")),
  };
}

/** @param {Place} place */
export function hashOf({ level, value, channel, position, from }) {
  return level === "network" ? "#network" : `#${level}?value=${value}&channel=${channel}&at=${position}&from=${from}`;
}

/** Keeps the place and the address together, and tells when either moves. */
export class Guide {
  /**
   * @param {number} values
   * @param {(place: Place) => void} moved
   */
  constructor(values, moved) {
    this.values = values;
    this.moved = moved;
    this.place = placeOf(location.hash, values);
    addEventListener("hashchange", () => {
      if (location.hash === hashOf(this.place)) return;
      this.place = placeOf(location.hash, values);
      this.moved(this.place);
    });
  }

  /**
   * Go to a place; another level or layer can be undone by the browser's back button.
   * @param {Partial<Place>} change
   */
  go(change) {
    const before = this.place;
    this.place = { ...before, ...change };
    if (this.place.level !== before.level || this.place.value !== before.value) location.hash = hashOf(this.place);
    else history.replaceState(null, "", hashOf(this.place));
    this.moved(this.place);
  }

  /** One level up. */
  up() {
    if (this.place.level === "unit") this.go({ level: "layer" });
    else if (this.place.level === "layer") this.go({ level: "network" });
  }
}
