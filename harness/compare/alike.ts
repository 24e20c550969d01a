/** Whether two pieces of plain data are equal. Almost all are, and this is cheaper than naming every row. */
export function alike(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const fields = Object.keys(one);
  if (fields.length !== Object.keys(other).length) return false;
  return fields.every((field) => alike(one[field as never], other[field as never]));
}
