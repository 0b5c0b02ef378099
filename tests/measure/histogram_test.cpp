// The histogram's one promise: a percentile is never off by more than a 128th, whatever the values are.
#include "measure/histogram.hpp"

#include <algorithm>
#include <random>

#include "support/catch.hpp"

namespace wamigrate {

TEST_CASE("percentiles are within a 128th of the true ones, and never below them") {
  std::mt19937 lots(7);
  for (const double spread : {1.0, 3.0, 6.0}) {
    std::lognormal_distribution<double> draw(4.0, spread / 3);
    Histogram histogram;
    std::vector<std::int64_t> values;
    for (int i = 0; i < 20'000; ++i) {
      values.push_back(static_cast<std::int64_t>(draw(lots)));
      histogram.add(Millis(values.back()));
    }
    std::sort(values.begin(), values.end());
    for (const double share : {0.001, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      CAPTURE(spread, share);
      const auto rank = static_cast<std::size_t>(std::max(1.0, std::ceil(share * 20'000)));
      const std::int64_t exact = values[rank - 1];
      const std::int64_t told = histogram.at(share).count();
      CHECK(told >= exact);
      CHECK(static_cast<double>(told) <= static_cast<double>(exact) * (1 + 1.0 / 128) + 0.5);
    }
    CHECK(histogram.count() == 20'000);
    CHECK(histogram.least().count() == values.front());
    CHECK(histogram.most().count() == values.back());
  }
}

TEST_CASE("values below 256 ms are exact, and the largest never exceeds what was seen") {
  Histogram histogram;
  for (int i = 1; i <= 100; ++i) histogram.add(Millis(i));
  CHECK(histogram.at(0.5) == Millis(50));
  CHECK(histogram.at(0.99) == Millis(99));
  histogram.add(Millis(100'001));
  CHECK(histogram.at(1.0) == Millis(100'001));
}

TEST_CASE("an empty histogram says nothing, and nonsense lands within its bounds") {
  Histogram histogram;
  CHECK(histogram.at(0.99) == Millis(0));
  CHECK(histogram.mean() == 0);
  histogram.add(Millis(-5));
  histogram.add(std::chrono::hours(10'000));
  CHECK(histogram.least() == Millis(0));
  CHECK(histogram.most() == std::chrono::hours(168));
}

TEST_CASE("two histograms together are one of all values, and survive being written") {
  Histogram one, other, all;
  for (int i = 0; i < 500; ++i) {
    (i % 2 == 0 ? one : other).add(Millis(i * i));
    all.add(Millis(i * i));
  }
  one.add(other);
  CHECK(one.to_json() == all.to_json());
  const auto read = Histogram::from_json(one.to_json());
  REQUIRE(read);
  CHECK(read->to_json() == all.to_json());
  CHECK(read->at(0.9) == all.at(0.9));
}

TEST_CASE("what is no histogram is not taken for one") {
  for (const char* text : {"null", "{}", R"({"unit":"ms","least":0,"most":9,"sum":1,"buckets":[[1]]})",
                           R"({"unit":"ms","least":0,"most":9,"sum":1,"buckets":[[1,0]]})",
                           R"({"unit":"ms","least":0,"most":9999,"sum":1,"buckets":[[301,1]]})",
                           R"({"unit":"s","least":0,"most":9,"sum":1,"buckets":[]})",
                           R"({"unit":"ms","least":5,"most":4,"sum":1,"buckets":[]})",
                           R"({"unit":"ms","least":0,"most":9,"sum":1,"buckets":[[-1,1]]})",
                           R"({"unit":"ms","least":0,"most":9,"sum":1,"buckets":7})"}) {
    CAPTURE(text);
    CHECK(!Histogram::from_json(*parse_json(text)));
  }
}

}  // namespace wamigrate
