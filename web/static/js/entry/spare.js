// Columns that nobody has to fill in and nobody has filled in: where there are many they do not stand in the way.

const MANY = 6;

export function spareColumns(sheet) {
  const { columns, pupils } = sheet;
  if (columns.length <= MANY) { return []; }
  const isSpare = (column, index) => !column.required && !column.limit && pupils.every((_, row) => !sheet.text(row, index));
  return columns.map((_, index) => index).filter((index) => isSpare(columns[index], index));
}
