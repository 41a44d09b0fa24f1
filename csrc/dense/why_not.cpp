#include "dense.hpp"

namespace striate::dense {

std::string why_not(const Problem&, Direction) { return {}; }

}  // namespace striate::dense
