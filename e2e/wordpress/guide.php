<?php
/** The guide's example, as it is printed there, and nothing else. */

require __DIR__ . '/load.php';

function example_appointment_update() {
	$appointment_id = 'appt_12345';
	$metadata = array(
		'status' => 'confirmed',
		'patient_name' => 'John Doe',
		'doctor_id' => 5,
		'timestamp' => time()
	);
	$redis_manager = Hospital_Appointments_Redis_Manager::get_instance();
	// Set initial metadata
	if ( $redis_manager->set_appointment_metadata( $appointment_id, $metadata, 3600 ) ) { // Expires in 1 hour
		echo "Metadata set successfully.
";
	} else {
		echo "Failed to set metadata.
";
	}
	// Get metadata
	$retrieved_metadata = $redis_manager->get_appointment_metadata( $appointment_id );
	if ( $retrieved_metadata ) {
		echo "Retrieved metadata: " . print_r( $retrieved_metadata, true ) . "
";
	} else {
		echo "Failed to retrieve metadata.
";
	}
	// Update a field
	if ( $redis_manager->update_appointment_metadata_field( $appointment_id, 'status', 'completed' ) ) {
		echo "Status updated successfully.
";
	} else {
		echo "Failed to update status.
";
	}
	// Get metadata again
	$retrieved_metadata_after_update = $redis_manager->get_appointment_metadata( $appointment_id );
	if ( $retrieved_metadata_after_update ) {
		echo "Retrieved metadata after update: " . print_r( $retrieved_metadata_after_update, true ) . "
";
	} else {
		echo "Failed to retrieve metadata after update.
";
	}
	// Delete metadata
	if ( $redis_manager->delete_appointment_metadata( $appointment_id ) ) {
		echo "Metadata deleted successfully.
";
	} else {
		echo "Failed to delete metadata.
";
	}
}

example_appointment_update();
