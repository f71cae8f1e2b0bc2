"""A pupil's records on the way to a school outside of hocba, as one zip, and past years that came on paper."""
