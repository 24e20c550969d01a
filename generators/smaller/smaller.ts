/** The simpler values to try in place of a value, best first. None leads back: each is simpler than the value. */
export type Smaller<T> = (value: T) => Iterable<T>;

/** The list without some of its elements: all, then halves, quarters … down to single ones, from the end. */
export function* fewer<T>(list: readonly T[]): Iterable<readonly T[]> {
  for (let size = list.length; size >= 1; size = Math.floor(size / 2)) {
    for (let end = list.length; end > 0; end -= size) {
      yield [...list.slice(0, Math.max(0, end - size)), ...list.slice(end)];
    }
  }
}

/** The list with one of its elements simpler. */
export function eachSmaller<T>(smaller: Smaller<T>): Smaller<readonly T[]> {
  return function* (list) {
    for (const [index, element] of list.entries()) {
      for (const simpler of smaller(element)) yield list.with(index, simpler);
    }
  };
}

/** A shorter list, then one with simpler elements. */
export function smallerList<T>(smaller: Smaller<T>): Smaller<readonly T[]> {
  return (list) => oneAfterAnother(fewer(list), eachSmaller(smaller)(list));
}

/** The record with one field simpler; a field that is not there stays so. */
export function inField<T, K extends keyof T>(key: K, smaller: Smaller<NonNullable<T[K]>>): Smaller<T> {
  return function* (value) {
    const field = value[key];
    if (field === undefined || field === null) return;
    for (const simpler of smaller(field)) yield { ...value, [key]: simpler };
  };
}

/** The record without one of these optional fields. */
export function withoutField<T extends object>(...keys: readonly (keyof T)[]): Smaller<T> {
  return function* (value) {
    for (const key of keys) {
      if (value[key] === undefined) continue;
      const { [key]: _, ...rest } = value;
      yield rest as T;
    }
  };
}

/** What each of these says, in turn. */
export function anyOf<T>(...ways: readonly Smaller<T>[]): Smaller<T> {
  return function* (value) {
    for (const way of ways) yield* way(value);
  };
}

/** A value of this list that stands before the given one; of the whole list when the value is not in it. */
export function towards<T>(...preferred: readonly T[]): Smaller<T> {
  return (value) => {
    const at = preferred.indexOf(value);
    return at < 0 ? preferred : preferred.slice(0, at);
  };
}

export function* oneAfterAnother<T>(...iterables: readonly Iterable<T>[]): Iterable<T> {
  for (const iterable of iterables) yield* iterable;
}

export function* filtered<T>(candidates: Iterable<T>, keep: (candidate: T) => boolean): Iterable<T> {
  for (const candidate of candidates) if (keep(candidate)) yield candidate;
}
