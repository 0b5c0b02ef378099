// Catch2's header under one name: 2.13 on Debian 12, 3 on newer systems.
#pragma once
#if CATCH2_MAJOR >= 3
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
