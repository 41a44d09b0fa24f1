#include "direct.hpp"

namespace striate::direct {

std::string why_not(const Problem&, Direction) { return {}; }

}  // namespace striate::direct
