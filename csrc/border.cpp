#include "border.hpp"

#include <algorithm>
#include <iterator>

namespace striate {
namespace {

std::int64_t modulo(std::int64_t value, std::int64_t period) {
  const std::int64_t remainder = value % period;
  return remainder < 0 ? remainder + period : remainder;
}

}  // namespace

std::int64_t source_index(std::int64_t position, std::int64_t size, Border border) {
  if (position >= 0 && position < size) return position;
  switch (border) {
    case Border::constant:
      return outside;
    case Border::reflect: {
      const std::int64_t period = std::max<std::int64_t>(2 * (size - 1), 1);  // one element reflects onto itself
      const std::int64_t folded = modulo(position, period);
      return std::min(folded, period - folded);
    }
    case Border::symmetric: {
      const std::int64_t folded = modulo(position, 2 * size);
      return std::min(folded, 2 * size - 1 - folded);
    }
    case Border::replicate:
      return position < 0 ? 0 : size - 1;
    case Border::circular:
      return modulo(position, size);
  }
  return outside;
}

SourceTables source_tables(const Problem& problem) {
  SourceTables tables;
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const Axis& axis = problem.axis[i];
    tables[i].resize((axis.output() - 1) * axis.stride + axis.extent());
    for (std::int64_t position = 0; position < std::ssize(tables[i]); ++position)
      tables[i][position] = source_index(position - axis.before, axis.input, axis.border);
  }
  return tables;
}

}  // namespace striate
