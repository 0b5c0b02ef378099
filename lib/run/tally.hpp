// The tally: how a run's numbers stand, counted by wave and kept up with every change of one, so that nothing is ever
// counted over all of them again.
#pragma once

#include <cstddef>
#include <vector>

#include "plan/waves.hpp"

namespace wamigrate {

class Tally {
 public:
  /// What counts of one number.
  struct Standing {
    bool ended = false;
    bool failed = false;        ///< Failed, stranded or rolled back: what `max_failures` counts …
    bool gave_up = false;       ///< … as well as one that is not ended and has used up its retries.
    bool busy = false;          ///< In hand, and not waiting for people or messages: what `concurrency` counts.
    bool inconclusive = false;  ///< Not ended: only a person can tell whether its test message arrived.
  };

  /// Nobody has ended and nobody is busy.
  explicit Tally(std::vector<WaveSpan> waves);

  void set(std::size_t number, Standing standing);

  const std::vector<WaveSpan>& waves() const { return waves_; }
  std::size_t wave_of(std::size_t number) const;
  std::size_t unended() const { return standings_.size() - ended_; }
  std::size_t unended(std::size_t wave) const { return waves_[wave].size - of_wave_[wave].ended; }
  /// The next may begin, as far as its own numbers go. One whose messages nobody can tell of, or that has given up
  /// where it was, is served and holds nothing back; but of the first wave, which is there to find such things out, all
  /// have to end.
  bool is_over(std::size_t wave) const {
    return unended(wave) == 0 || (wave > 0 && unended(wave) == of_wave_[wave].inconclusive + of_wave_[wave].gave_up);
  }
  std::size_t failed(std::size_t wave) const { return of_wave_[wave].failed; }
  std::size_t failed() const { return failed_; }
  std::size_t gave_up(std::size_t wave) const { return of_wave_[wave].gave_up; }
  std::size_t gave_up() const { return gave_up_; }
  std::size_t busy() const { return busy_; }

 private:
  struct Counts {
    std::size_t ended = 0;
    std::size_t failed = 0;
    std::size_t gave_up = 0;
    std::size_t inconclusive = 0;
  };
  std::vector<WaveSpan> waves_;
  std::vector<Counts> of_wave_;
  std::vector<Standing> standings_;  // by number
  std::size_t ended_ = 0;
  std::size_t failed_ = 0;
  std::size_t gave_up_ = 0;
  std::size_t busy_ = 0;
};

}  // namespace wamigrate
