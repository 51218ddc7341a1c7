/** Which row is drawn in which slot: a slot is an element that is filled anew as the window of rows moves. */

export interface Filled {
  slot: number;
  index: number;
}

/**
 * The rows `from` to `end` in the order of their elements: slot `first` comes first in the document, row i is always in slot
 * i modulo `slots`. Where `first` is the slot of row `from`, the document has them in the order of the rows.
 */
export function filled(from: number, end: number, slots: number, first: number): Filled[] {
  const found: Filled[] = [];
  for (let place = 0; place < slots; place++) {
    const slot = (first + place) % slots;
    const index = from + ((((slot - from) % slots) + slots) % slots);
    if (index <= end) found.push({ slot, index });
  }
  return found;
}
