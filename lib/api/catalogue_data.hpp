// The catalogue's tables, apart from the code that searches them. Only catalogue.cpp and the tables themselves
// include this.
#pragma once

#include <span>

#include "api/catalogue.hpp"

namespace wamigrate::api::catalogue_data {

inline constexpr std::string_view documented = "documented";
inline constexpr std::string_view contradicted = "contradicted";
inline constexpr std::string_view from_memory = "from memory";

std::span<const CatalogueEntry> graph();
std::span<const CatalogueEntry> onprem();

}  // namespace wamigrate::api::catalogue_data
